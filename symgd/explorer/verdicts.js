"use strict";

// The verdicts that a page can give: those that the exact Hessian and steps further on decide without
// doubt. Of anything else (kinks, singular Hessians, flat ground) the page tells what it saw.

const TOL = 1e-8; // share of the way: less is missing at a minimum
const CLEAR = 1e-6; // determinant or eigenvalue of the scaled Hessian: it leaves no doubt
const TOUCHING = 1e-9; // share of the way: a stationary point as close is where the run ended
const AT_END = 1e-3; // share of the way: the same for a run whose gradient vanished
const NEARBY = 1e-2; // share of the way: where f is compared with its curvature
const NEIGHBOURHOOD = 1e-3; // share of the picture: it belongs to a start, at least
const FLATTER = 1e6; // times what curvature makes of f: it changes by more at no clear point only
const FAR = 1e6; // sizes of the region: a run farther away ran away
const NEWTON = 40; // steps: they settle sooner, or not at all
const SHORT = 100; // steps over the width of the picture: they stay in their valley
const LONGEST = 10; // times the way to a stationary point: the first step towards it, at most

// The quadratic model of f at a point, scaled to a unit diagonal.
function model(x, p) {
  const g = gradient(x, p);
  const h = hessian(x, p);
  const [a, b, c] = x.length === 1 ? [h[0], 0, 1] : h;
  const determinant = a * c - b * b;
  const step =
    x.length === 1
      ? [-g[0] / a]
      : [(b * g[1] - c * g[0]) / determinant, (b * g[0] - a * g[1]) / determinant];
  const spread = Math.abs(a * c);
  return {
    step,
    sound: finite(g) && finite(h) && finite(step),
    convex: a > 0 && c > 0 && determinant / spread > CLEAR,
    eigenvalues: x.length === 1 ? [a] : eigenvalues(a, b, c),
    clear: Math.abs(determinant) / spread > CLEAR,
    length: (way) =>
      sqrt(
        Math.abs(a * way[0] ** 2 + (x.length > 1 ? 2 * b * way[0] * way[1] + c * way[1] ** 2 : 0)),
      ),
  };
}

function eigenvalues(a, b, c) {
  const half = (a + c) / 2;
  const radius = hypot((a - c) / 2, b);
  return [half - radius, half + radius];
}

// Where Newton steps lead from a point while f curves up; null where that is no clear minimum.
function minimumAhead(x, p) {
  let [y, last, slow] = [x, Infinity, 0];
  for (let count = 0; count < NEWTON; count++) {
    const here = model(y, p);
    if (!here.sound || !here.convex || broken(y, p) >= 0) return null;
    const decrement = here.length(here.step);
    const noise = 8 * EPS * here.length(y);
    if (decrement <= noise) return { x: y, ...here };
    slow = decrement > 0.25 * last ? slow + 1 : 0;
    if (decrement >= last || slow > 8) return decrement <= 64 * noise ? { x: y, ...here } : null;
    last = decrement;
    const next = plus(y, here.step);
    if (same(next, y)) return { x: y, ...here };
    if (fun(next, p) > fun(y, p) + 0.1 * decrement ** 2 + 16 * EPS * Math.abs(fun(y, p)))
      return null;
    y = next;
  }
  return null;
}

// The minimum to which short steps lead from a run's start: that of its valley; null for none.
function minimumBelow({ x0, p, width }) {
  let [x, length] = [x0, width / SHORT];
  for (let count = 0; count < 4 * SHORT && length > 1e-6 * width; count++) {
    const g = gradient(x, p);
    const next = minus(
      x,
      g.map((entry) => (length * entry) / size(g)),
    );
    if (finite(next) && broken(next, p) < 0 && fun(next, p) < fun(x, p)) x = next;
    else length /= 2;
  }
  return minimumAhead(x, p);
}

// A stationary point of any kind so close to a run's end; null where none is, or its kind is not clear.
function stationaryBeside(found, share) {
  const { x, setup } = found;
  const within = x.map(
    (entry, i) => share * Math.max(Math.abs(entry - setup.x0[i]), Math.abs(entry)),
  );
  const inside = (way, times) => way.every((entry, i) => Math.abs(entry) <= times * within[i]);
  let y = x;
  for (let count = 0; count < 8; count++) {
    const here = model(y, setup.p);
    if (!here.sound || (count === 0 && !inside(here.step, LONGEST))) return null;
    if (size(here.step) <= 8 * EPS * size(y))
      return inside(minus(y, x), 1) ? { x: y, ...here } : null;
    y = plus(y, here.step);
  }
  return null;
}

function kindOf(point, setup) {
  const [low, high = low] = point.eigenvalues;
  if (!point.clear || flattened(point, setup)) return "UNKNOWN";
  return low > 0 ? "MINIMUM" : high < 0 ? "MAXIMUM" : "SADDLE";
}

// Give a run its status, with what the sentence about it needs; a null status where the page cannot tell.
function judge(found) {
  const { x, setup, stop } = found;
  const about = {
    ...found,
    fun0: fun(setup.x0, setup.p),
    fun: fun(x, setup.p),
    gradient: size(gradient(x, setup.p)),
    broken: broken(x, setup.p),
    kind: "NOT_STATIONARY",
    ahead: null,
    status: null,
  };
  about.status = statusOf(about);
  return about;
}

// Whether f changes far more beside a point than its curvature there would make it.
function flattened(point, { x0, p, width }) {
  const centre = fun(point.x, p);
  return point.x.some((entry, i) => {
    const way = NEARBY * Math.max(Math.abs(entry - x0[i]), NEIGHBOURHOOD * width);
    const most = FLATTER * 0.5 * size(point.eigenvalues) * way * way;
    return [-way, way].some((side) => {
      const beside = point.x.map((other, k) => (k === i ? other + side : other));
      return Math.abs(fun(beside, p) - centre) > most;
    });
  });
}

function statusOf(about) {
  const { x, setup, stop, path } = about;
  const stayed = same(x, setup.x0);
  if (about.broken >= 0 && !stayed && FORMULA.edged) return null; // it may end on the edge
  if (about.broken >= 0 || !Number.isFinite(about.fun)) {
    return stayed || about.broken >= 0 ? "OUT_OF_DOMAIN" : "DIVERGED";
  }
  about.ahead = FORMULA.smooth ? minimumAhead(x, setup.p) : null;
  if (about.ahead && flattened(about.ahead, setup)) about.ahead = null;
  if (about.ahead && arrived(about)) return settle(about, "MINIMUM", about.ahead, "CONVERGED");
  const stationary =
    FORMULA.smooth && stationaryBeside(about, stop === STOP.EPOCHS ? TOUCHING : AT_END);
  if (stationary) return onStationary(about, stationary, stayed);
  if (stop === STOP.NONFINITE) return "DIVERGED";
  if (size(minus(x, setup.x0)) > FAR * setup.width) return "DIVERGED";
  if (stop === STOP.VANISHED || !FORMULA.smooth || onSingular(about)) return null;
  return outlook(about);
}

// Whether a run may have arrived where the Hessian is singular: at a valley or a degenerate minimum.
function onSingular({ x, setup, gradient: slope, fun0, fun: height }) {
  const left = slope * size(minus(x, setup.x0));
  return !model(x, setup.p).clear && left <= TOL * Math.abs(fun0 - height);
}

function arrived({ x, setup, ahead }) {
  const off = minus(ahead.x, x);
  const unseen = off.every((entry, i) => Math.abs(entry) <= 8 * EPS * Math.abs(x[i]));
  return unseen || ahead.length(off) <= TOL * ahead.length(minus(ahead.x, setup.x0));
}

function settle(about, kind, { eigenvalues }, status) {
  return Object.assign(about, { kind, eigenvalues }) && status;
}

function onStationary(about, point, stayed) {
  const kind = kindOf(point, about.setup);
  if (kind === "UNKNOWN") return null;
  if (kind === "MINIMUM") return settle(about, kind, point, "CONVERGED");
  const { x0 } = about.setup;
  const beside = point.x.every((entry, i) => Math.abs(entry - x0[i]) <= TOUCHING * Math.abs(entry));
  return settle(about, kind, point, stayed || beside ? "STALLED_AT_START" : "NOT_A_MINIMUM");
}

// What further steps do: descend, cycle, run away or rest.

const AHEAD = 256; // steps: how far ahead
const STRIDES = 8; // steps: enough for a run that goes straight on
const QUARTER = AHEAD / 4;
const PATIENCE = 32; // times as far ahead: a run whose steps grow is away by then, or on a cycle
const SAME = 1e-6; // share of a cycle's width: two points this close are the same

function follow(state, setup, steps) {
  const path = [state.x];
  for (let count = 0; count < steps; count++) {
    state.x = stepped(state.x, gradient(state.x, setup.p), state.slots, setup);
    path.push(state.x);
  }
  return path;
}

function outlook(about) {
  const { setup } = about;
  const state = { x: about.x, slots: about.slots.map((some) => some.slice()) };
  const first = follow(state, setup, STRIDES);
  if (same(first[1], first[0])) return "NO_PROGRESS";
  if (straight(strided(first)) && fun(state.x, setup.p) < about.fun) return "SLOW";
  const path = first.concat(follow(state, setup, AHEAD - STRIDES).slice(1));
  const heights = path.map((x) => fun(x, setup.p));
  const strides = strided(path);
  if (!finite(heights) || !finite(path.flat())) return "DIVERGED";
  const lengths = strides.map(size);
  const [early, late] = [size(lengths.slice(0, QUARTER)), size(lengths.slice(-QUARTER))];
  if (sinking(path, heights, lengths, early, late)) return "SLOW";
  const [begun, ended] = [mean(heights.slice(0, QUARTER)), mean(heights.slice(-QUARTER))];
  if (late > 2 * early && ended > begun && escapes(state, setup)) return "DIVERGED";
  about.period = period(path);
  return "OSCILLATING";
}

const strided = (path) => path.slice(1).map((x, i) => minus(x, path[i]));
const mean = (numbers) => numbers.reduce((sum, entry) => sum + entry, 0) / numbers.length;
const dot = (a, b) => a.reduce((sum, entry, i) => sum + entry * b[i], 0);

function straight(strides) {
  for (let k = 1; k < STRIDES; k++) {
    const [last, now] = [dot(strides[k - 1], strides[k - 1]), dot(strides[k], strides[k])];
    if (!(dot(strides[k], strides[k - 1]) > 0.5 * now && now < last && now > 0)) return false;
  }
  return true;
}

function sinking(path, heights, lengths, early, late) {
  const [first, last] = [heights[0], heights[AHEAD]];
  const falls = heights.every(
    (f, k) => !k || f - heights[k - 1] <= 16 * EPS * Math.abs(heights[k - 1]),
  );
  const [begun, ended] = [mean(heights.slice(0, QUARTER)), mean(heights.slice(-QUARTER))];
  const width = Math.max(...heights) - Math.min(...heights);
  const far =
    size(minus(path[AHEAD], path[0])) > 0.5 * lengths.reduce((sum, entry) => sum + entry, 0);
  const level = Math.abs(ended - begun) <= 16 * EPS * Math.abs(first);
  return (
    (falls && last < first) || late < 0.5 * early || (far && level) || ended < begun - 0.5 * width
  );
}

function escapes(state, setup) {
  const start = state.x;
  let longest = 0;
  for (let count = 0; count < PATIENCE; count++) {
    const path = follow(state, setup, AHEAD);
    const way = size(minus(state.x, start));
    if (!(way <= FAR * setup.width) || !Number.isFinite(fun(state.x, setup.p))) return true;
    const stride = Math.max(...strided(path).map(size));
    if (!(stride > longest)) return false;
    longest = stride;
  }
  return true;
}

// The shortest period of the second half of a path; 0 for none.
function period(path) {
  const tail = path.slice(AHEAD / 2);
  const width = size(
    tail[0].map((_, i) => Math.max(...tail.map((x) => x[i])) - Math.min(...tail.map((x) => x[i]))),
  );
  for (let p = 1; p <= QUARTER; p++) {
    if (tail.slice(p).every((x, k) => size(minus(x, tail[k])) <= SAME * width)) return p;
  }
  return 0;
}
