"use strict";

// The page: what the controls say becomes a run, and the run a sentence and pictures.

const element = (id) => document.getElementById(id);
const plane = FORMULA.names.length === 2;
const view = FORMULA.start.box.map((side) => side.slice());
const state = {
  x0: FORMULA.start.x0.slice(),
  lr: 0,
  epochs: FORMULA.start.epochs,
  method: FORMULA.start.method,
  p: Object.values(FORMULA.params),
  many: false,
  basins: false,
};
const OTHERS = 200; // starts that are shown together
const boxes = {};
const controls = [];
let [pending, held, quick, resting, basins] = [false, false, false, 0, null];
const REST = 200; // milliseconds: without a change, after which pictures become fine

const colourOf = (status) => (status ? FORMULA.statuses[status].colour : "#8C8C8C");
const widest = () => Math.max(...view.map(([low, high]) => high - low));

// The rates that the page offers: about 2 divided by the curvatures of f in the picture.
function rateRange() {
  const side = Array.from({ length: 21 }, (_, i) => i / 20);
  const places = plane ? side.flatMap((a) => side.map((b) => [a, b])) : side.map((a) => [a]);
  const points = places.map((place) =>
    place.map((share, k) => view[k][0] + share * (view[k][1] - view[k][0])),
  );
  const sizes = points
    .map((x) => size(model(x, state.p).eigenvalues))
    .filter((s) => Number.isFinite(s) && s > 0);
  const typical = 2 / (sizes.sort((a, b) => a - b)[floor(sizes.length / 2)] || 1);
  const given = FORMULA.start.lr ?? typical / 5;
  return {
    low: Math.min(typical / 300, given / 3),
    high: Math.max(typical * 30, given * 3),
    given,
  };
}

const rates = rateRange();
state.lr = rates.given;

const setupOf = (x0) => ({
  x0,
  lr: state.lr,
  epochs: state.epochs,
  method: state.method,
  p: state.p,
  width: widest(),
});

// Starts evenly over the picture; in two variables by the golden ratio's relatives.
function otherStarts() {
  const shares = plane ? [0.7548776662466927, 0.5698402909980532] : [1 / OTHERS];
  return Array.from({ length: OTHERS }, (_, k) =>
    view.map(([low, high], i) => low + (high - low) * (((k + 0.5) * shares[i]) % 1)),
  );
}

const cachedOthers = { key: "", runs: [] };

function others() {
  if (!state.many) return [];
  const key = JSON.stringify([state.lr, state.epochs, state.method, state.p, view]);
  if (cachedOthers.key !== key) {
    const runs = otherStarts().map((x0) => judge(run(setupOf(x0))));
    Object.assign(cachedOthers, { key, runs });
  }
  return cachedOthers.runs;
}

function basinsNow() {
  if (!state.basins) return (basins = null);
  const key = JSON.stringify([state.lr, state.epochs, state.method, state.p, view]);
  if (basins?.key !== key)
    basins = {
      ...beginBasins(
        setupOf(state.x0),
        view.map((side) => side.slice()),
      ),
      key,
    };
  if (!basins.done) moreBasins(basins);
  if (!basins.done) draw();
  return basins;
}

function tell(about) {
  const words = sentence(about);
  const label = about.status ?? "NO VERDICT HERE";
  element("status").textContent = label.replaceAll("_", " ");
  element("verdict").style.setProperty("--status", painted(colourOf(about.status), "var(--ink)"));
  element("sentence").setAttribute("aria-busy", held); // read aloud once it rests
  if (element("sentence").textContent !== words) element("sentence").textContent = words;
}

function render() {
  pending = false;
  const about = judge(run(setupOf(state.x0)));
  tell(about);
  const shown = { view, p: state.p, setup: about.setup, rates: [rates.low, rates.high], quick };
  if (plane)
    boxes.picture = drawPlane(
      element("picture"),
      { ...shown, basins: basinsNow() },
      about,
      others(),
    );
  else {
    boxes.picture = drawCurve(element("picture"), shown, about, others());
    boxes.strip = drawStrip(element("strip"), shown, about, guideOf(about));
  }
  controls.forEach((refresh) => refresh());
}

function draw() {
  if (pending) return;
  pending = true;
  requestAnimationFrame(render);
}

// Draw quickly as long as something changes, and finely once it rests.
function change() {
  quick = true;
  clearTimeout(resting);
  resting = setTimeout(() => {
    quick = false;
    draw();
  }, REST);
  draw();
}

// The minimum whose curvature tells which rates settle: that of the run, or of its valley.
function guideOf({ ahead, setup }) {
  return FORMULA.smooth ? (ahead ?? minimumBelow(setup)) : null;
}

// Controls.

function labelled(name, input, output) {
  const [block, label] = [document.createElement("div"), document.createElement("label")];
  block.className = "control";
  input.id = `control-${controls.length}-${element("controls").children.length}`;
  label.htmlFor = input.id;
  label.textContent = name;
  block.append(label, ...(output ? [output] : []), input);
  element("controls").append(block);
}

// A slider for a number; `turn` gives the number at a place from 0 to 1, `unturn` the place.
function slider(name, turn, unturn, get, set) {
  const [input, output] = [document.createElement("input"), document.createElement("output")];
  Object.assign(input, { type: "range", min: 0, max: 1, step: 0.001 });
  input.addEventListener("input", () => {
    set(turn(Number(input.value)));
    change();
  });
  labelled(name, input, output);
  controls.push(() => {
    if (
      document.activeElement !== input ||
      Math.abs(turn(Number(input.value)) - get()) > 1e-9 * Math.abs(get())
    )
      input.value = unturn(get());
    input.setAttribute("aria-valuetext", number(get()));
    output.textContent = number(get());
  });
}

const linear = (low, high) => [
  (share) => tidied(low + share * (high - low), high - low),
  (value) => (value - low) / (high - low),
];
const logarithmic = (low, high) => [
  (share) => Number((low * (high / low) ** share).toPrecision(4)),
  (value) => log(value / low) / log(high / low),
];

// A number as fine as the step of a slider: its middle is 0 and not 1e-17.
function tidied(value, range) {
  const digits = Math.max(0, Math.min(100, 3 - floor(log10(range))));
  return Number(value.toFixed(digits));
}

function checkbox(name, key) {
  const input = document.createElement("input");
  input.type = "checkbox";
  input.addEventListener("change", () => {
    state[key] = input.checked;
    draw();
  });
  labelled(name, input);
}

function methodChoice() {
  const select = document.createElement("select");
  for (const name of Object.keys(METHODS))
    select.append(new Option(name, name, false, name === state.method));
  select.addEventListener("change", () => {
    state.method = select.value;
    draw();
  });
  labelled("method", select);
}

function button(words, times) {
  const input = document.createElement("button");
  input.type = "button";
  input.textContent = words;
  input.addEventListener("click", () => {
    view.forEach((side, k) => {
      const middle = finite(state.x0) ? state.x0[k] : (side[0] + side[1]) / 2;
      side.forEach((end, i) => (side[i] = middle + (end - middle) * times));
    });
    draw();
  });
  element("controls").append(input);
}

function build() {
  FORMULA.names.forEach((name, k) => {
    const set = (value) => (state.x0 = state.x0.map((old, i) => (i === k ? value : old)));
    slider(
      `start ${name}`,
      (share) => linear(...view[k])[0](share),
      (value) => linear(...view[k])[1](value),
      () => state.x0[k],
      set,
    );
  });
  slider(
    "rate lr",
    ...logarithmic(rates.low, rates.high),
    () => state.lr,
    (value) => (state.lr = value),
  );
  const whole = ([turn, unturn]) => [(share) => Math.round(turn(share)), unturn];
  slider(
    "epochs",
    ...whole(logarithmic(1, Math.max(1000, state.epochs))),
    () => state.epochs,
    (value) => (state.epochs = value),
  );
  methodChoice();
  Object.entries(FORMULA.params).forEach(([name, value], k) => {
    const reach = 2 * Math.abs(value) || 1;
    const set = (given) => (state.p = state.p.map((old, i) => (i === k ? given : old)));
    slider(`parameter ${name}`, ...linear(value - reach, value + reach), () => state.p[k], set);
  });
  checkbox(`${OTHERS} starts `, "many");
  if (plane) checkbox("basins ", "basins");
  button("closer", 1 / 1.5);
  button("farther", 1.5);
}

// Dragging on a picture, by mouse, pen or finger.

function dragged(canvas, move) {
  const place = (event) => {
    const corner = canvas.getBoundingClientRect();
    move(event.clientX - corner.left, event.clientY - corner.top);
    change();
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    held = true;
    place(event);
  });
  canvas.addEventListener("pointermove", (event) => held && place(event));
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      held = false;
      draw();
    });
  }
}

const clamped = (value, [low, high]) => tidied(Math.max(low, Math.min(high, value)), high - low);

build();
document.body.classList.toggle("plane", plane);
element("picture-words").textContent = plane
  ? "Contours of f and the path of the run, from the ring to the disc. Drag to choose a start."
  : "f and the path of the run, from the ring to the disc. Drag to choose a start.";
dragged(element("picture"), (x, y) => {
  state.x0 = [boxes.picture.x.back(x), boxes.picture.y.back(y)]
    .slice(0, view.length)
    .map((value, k) => clamped(value, view[k]));
});
dragged(element("strip"), (x) => {
  const lr = Math.max(rates.low, Math.min(rates.high, boxes.strip.x.back(x)));
  state.lr = Number(lr.toPrecision(4));
});
window.addEventListener("resize", draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
draw();
