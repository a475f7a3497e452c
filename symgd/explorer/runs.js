"use strict";

// Runs of fixed steps, as symgd takes them with a rate and a number of epochs.

const BETA = 0.9;
const ADAM = { beta1: 0.9, beta2: 0.999, eps: 1e-8 };

// A step gives the new x, and changes what is remembered of that variable.
const METHODS = {
  gd: { slots: 0, step: (x, g, slots, lr) => x - lr * g, largest: (curvature) => 2 / curvature },
  momentum: {
    slots: 1,
    step(x, g, slots, lr) {
      slots[0] = BETA * slots[0] - lr * g;
      return x + slots[0];
    },
    largest: (curvature) => (2 * (1 + BETA)) / curvature,
  },
  nesterov: {
    slots: 1,
    step(x, g, slots, lr) {
      slots[0] = BETA * slots[0] - lr * g;
      return x + BETA * slots[0] - lr * g;
    },
    largest: (curvature) => (2 * (1 + BETA)) / (1 + 2 * BETA) / curvature,
  },
  adam: {
    slots: 4,
    step(x, g, slots, lr) {
      const { beta1, beta2, eps } = ADAM;
      slots[0] = beta1 * slots[0] + (1 - beta1) * g;
      slots[1] = beta2 * slots[1] + (1 - beta2) * g * g;
      slots[2] = beta1 * slots[2] + (1 - beta1);
      slots[3] = beta2 * slots[3] + (1 - beta2);
      return x - (lr * (slots[0] / slots[2])) / (sqrt(slots[1] / slots[3]) + eps);
    },
    largest: () => NaN,
  },
};

const STOP = { EPOCHS: "epochs", VANISHED: "vanished", NONFINITE: "nonfinite" };

const fun = (x, p) => values(x, p)[0];
const size = (vector) => vector.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
const finite = (vector) => vector.every(Number.isFinite);
const minus = (a, b) => a.map((entry, i) => entry - b[i]);
const plus = (a, b) => a.map((entry, i) => entry + b[i]);
const same = (a, b) => a.every((entry, i) => entry === b[i]);
const broken = (x, p) => conditions(x, p).findIndex((holds) => holds !== 1);

const remembered = (setup) => setup.x0.map(() => new Array(METHODS[setup.method].slots).fill(0));

function stepped(x, g, slots, setup) {
  const { step } = METHODS[setup.method];
  return x.map((entry, i) => step(entry, g[i], slots[i], setup.lr));
}

// Take all steps from a start; `path` holds every point. `setup` has method, lr, epochs, x0, p.
function run(setup) {
  const slots = remembered(setup);
  const path = [setup.x0];
  let x = setup.x0;
  let stop = STOP.EPOCHS;
  while (path.length <= setup.epochs) {
    const g = gradient(x, setup.p);
    const next = stepped(x, g, slots, setup);
    const usable = finite(g) && finite(next) && broken(x, setup.p) < 0;
    if (!usable || size(g) === 0) {
      stop = usable ? STOP.VANISHED : STOP.NONFINITE;
      break;
    }
    path.push((x = next));
  }
  return { setup, x, path, slots, stop, nit: path.length - 1 };
}
