"use strict";

// One sentence for each verdict, in the words of symgd's own.

const NOT_FINITE = new Map([
  [Infinity, "infinity"],
  [-Infinity, "minus infinity"],
]);

// Write a number for reading: whole numbers in full, others to four significant digits.
function number(value) {
  if (!Number.isFinite(value)) return NOT_FINITE.get(value) ?? "undefined";
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value + 0);
  const [mantissa, exponent] = value.toExponential(3).split("e");
  if (exponent >= -4 && exponent < 4) return String(Number(value.toPrecision(4)));
  return `${Number(mantissa)}e${Number(exponent)}`;
}

const bracket = (entries) => (entries.length === 1 ? entries[0] : `(${entries.join(", ")})`);
const point = (x) => `${bracket(FORMULA.names)} = ${bracket(x.map(number))}`;
const several = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
const clause = (text) => text.slice(0, 1).toLowerCase() + text.slice(1).replace(/\.$/, "");
const height = (about) => (Number.isFinite(about.fun) ? `, f = ${number(about.fun)}` : "");
const steps = (about) => several(about.nit, "step");
const pace = (about) => `lr = ${number(about.setup.lr)}`;

function shape({ eigenvalues }) {
  const [low, high] = eigenvalues;
  return eigenvalues.length === 1
    ? ` (f'' = ${number(low)})`
    : ` (curvatures from ${number(low)} to ${number(high)})`;
}

const KINDS = { MINIMUM: "a minimum", MAXIMUM: "a maximum", SADDLE: "a saddle" };

function symmetry({ setup }) {
  const even = FORMULA.even.filter((name) => setup.x0[FORMULA.names.indexOf(name)] === 0);
  if (!even.length) return "";
  if (FORMULA.names.length === 1)
    return `f is even in ${even[0]}, so every descent from 0 stays at 0`;
  const zeros = even.map((name) => `${name} = 0`).join(" and ");
  return `f is even in ${even.join(" and ")}, so every descent from ${zeros} keeps that`;
}

// The curvature at a minimum, and the largest rate that settles there by theory: nan for none.
function settling(minimum, method) {
  const high = minimum?.eigenvalues.at(-1) ?? NaN;
  const largest = METHODS[method].largest(high);
  return {
    high,
    largest,
    shown: method === "gd" ? `2/${number(high)} = ${number(largest)}` : number(largest),
  };
}

// Which rate is not too large for the minimum of a run that cycles.
function tooLarge({ ahead, setup }) {
  const { high, largest, shown } = settling(ahead ?? minimumBelow(setup), setup.method);
  if (!(setup.lr > largest)) return ["the step is too large here", "lower lr, or leave it out"];
  return [
    `at the curvature ${number(high)} a step is safe up to lr = ${shown}`,
    `take an lr below ${number(largest)}, or leave lr out`,
  ];
}

const CLAUSES = {
  CONVERGED(about) {
    const where = `${KINDS[about.kind]}: ${point(about.x)}${height(about)}${shape(about)}`;
    if (about.nit === 0) return [`started at ${where}, and stayed there`];
    return [`reached ${where}, after ${steps(about)}`];
  },
  STALLED_AT_START(about) {
    const still = `the gradient there is ${number(about.gradient)}, so no step moves`;
    return [
      `stalled at its start: ${point(about.x)} is ${KINDS[about.kind]}${shape(about)}`,
      symmetry(about) || still,
      clause(FORMULA.statuses.STALLED_AT_START.advice),
    ];
  },
  NOT_A_MINIMUM(about) {
    return [
      `moved from ${point(about.setup.x0)} and ended on ${KINDS[about.kind]}: ${point(about.x)}${height(about)}${shape(about)}`,
      `the gradient there is ${number(about.gradient)}, so no step moves it further`,
      clause(FORMULA.statuses.NOT_A_MINIMUM.advice),
    ];
  },
  SLOW(about) {
    return [
      `was still on its way down when the epochs ended: ${point(about.x)}${height(about)}, after ${steps(about)} with ${pace(about)}`,
      `the gradient there is still ${number(about.gradient)}`,
      clause(FORMULA.statuses.SLOW.advice),
    ];
  },
  OSCILLATING(about) {
    const course =
      about.period > 1
        ? `goes round a cycle of ${several(about.period, "point")}`
        : "wanders without settling";
    const where = `after ${steps(about)} with ${pace(about)} it is at ${point(about.x)}${height(about)}`;
    return [`${course}: ${where}`, ...tooLarge(about)];
  },
  DIVERGED(about) {
    const away = `started at ${point(about.setup.x0)} and ran away within ${steps(about)}`;
    const last = about.path.findLast((x) => Number.isFinite(fun(x, about.setup.p)));
    const [before, after] = [about.fun0, last ? fun(last, about.setup.p) : NaN];
    const course = `from ${number(before)} to ${number(after)}`;
    if (after < before) {
      return [
        away,
        `f fell all the way, ${course}: it has no lowest value in this direction`,
        "set bounds, or check the formula",
      ];
    }
    return [
      away,
      `the step is too large: with ${pace(about)} f grew ${course}`,
      valley(about),
      "lower lr",
    ];
  },
  OUT_OF_DOMAIN(about) {
    const when = about.nit ? `after ${steps(about)}` : "at its start";
    if (about.broken < 0) {
      const huge = "f or its gradient overflows, it is larger than any float (1.8e308)";
      return [
        `stopped ${when}: at ${point(about.x)} ${huge}`,
        "start where f is smaller, or set bounds",
      ];
    }
    const { text, needs } = FORMULA.domain[about.broken];
    const how = about.nit ? `left the domain of f ${when}` : "started outside the domain of f";
    const remedy = about.nit
      ? "set bounds that stay inside"
      : "start inside the domain of f, or set bounds that stay inside";
    return [`${how}: at ${point(about.x)}, ${text} needs ${needs}`, remedy];
  },
  NO_PROGRESS(about) {
    return [
      `made no more progress after ${steps(about)}: ${point(about.x)}${height(about)}, gradient ${number(about.gradient)}`,
      `with ${pace(about)} its steps are too small to change x`,
      "raise lr",
    ];
  },
};

// Which rates are small enough for the valley where a run started.
function valley({ setup }) {
  const { high, largest, shown } = settling(
    FORMULA.smooth ? minimumBelow(setup) : null,
    setup.method,
  );
  if (!(setup.lr > largest)) return "";
  return `in the valley where it started, of curvature ${number(high)}, steps settle up to lr = ${shown} only`;
}

// What the page saw of a run that only symgd itself can judge.
function seen(about) {
  const where = `ended at ${point(about.x)}${height(about)}`;
  const { text, needs } = FORMULA.domain[about.broken] ?? {};
  const slope = text ? "" : `, gradient ${number(about.gradient)}`;
  return [
    `${where}${slope}, after ${steps(about)}`,
    text ? `${text} needs ${needs}` : "",
    "this page cannot tell what that point is; symgd.minimize can",
  ];
}

function sentence(about) {
  const clauses = about.status ? CLAUSES[about.status](about) : seen(about);
  return `The run ${clauses.filter(Boolean).join("; ")}.`;
}
