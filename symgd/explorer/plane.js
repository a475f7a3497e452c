"use strict";

// Two variables: contours of f with the path of the run, over the basins of the minima.

const GRID = 96; // cells of a side, for contours
const LEVELS = 14;
const STARTS = 40; // cells of a side, for basins
const SLICE = 8; // milliseconds: for basins, in each picture

function grid(view, p) {
  const [[left, right], [low, high]] = view;
  const at = (i, j) => [left + ((right - left) * i) / GRID, low + ((high - low) * j) / GRID];
  const side = Array.from({ length: GRID + 1 }, (_, i) => i);
  return side.map((i) => side.map((j) => (broken(at(i, j), p) < 0 ? fun(at(i, j), p) : NaN)));
}

// Levels between which equal shares of the picture lie.
function levels(field) {
  const sorted = field
    .flat()
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const shares = Array.from({ length: LEVELS }, (_, k) => ((k + 0.5) / LEVELS) ** 1.5);
  return [...new Set(shares.map((share) => sorted[floor(share * (sorted.length - 1))]))];
}

const CORNERS = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];

// Where a level crosses the sides of a cell, two by two.
function crossings(field, i, j, level) {
  const places = [];
  CORNERS.forEach(([a, b], k) => {
    const [c, d] = CORNERS[(k + 1) % 4];
    const [first, second] = [field[i + a][j + b] - level, field[i + c][j + d] - level];
    if (first > 0 === second > 0 || !Number.isFinite(first - second)) return;
    const share = first / (first - second);
    places.push([i + a + (c - a) * share, j + b + (d - b) * share]);
  });
  return places;
}

function contours(box, view, field) {
  const [[left, right], [low, high]] = view;
  const place = ([i, j]) => [
    box.x.at(left + ((right - left) * i) / GRID),
    box.y.at(low + ((high - low) * j) / GRID),
  ];
  const lines = new Path2D();
  for (const level of levels(field)) {
    for (let i = 0; i < GRID; i++) {
      for (let j = 0; j < GRID; j++) {
        const places = crossings(field, i, j, level);
        for (let k = 0; k + 1 < places.length; k += 2) {
          lines.moveTo(...place(places[k]));
          lines.lineTo(...place(places[k + 1]));
        }
      }
    }
  }
  return lines;
}

const drawn = { key: "", lines: null };

function contoursOf(box, view, p) {
  const key = JSON.stringify([view, p, box.inside]);
  if (drawn.key !== key) Object.assign(drawn, { key, lines: contours(box, view, grid(view, p)) });
  return drawn.lines;
}

function drawPlane(canvas, { view, p, basins }, about, others) {
  const sheet = surface(canvas);
  const { pen, ink } = sheet;
  const box = frame(sheet, view[0], view[1]);
  const place = ([x, y]) => [box.x.at(x), box.y.at(y)];
  clipped(pen, box.inside, () => {
    if (basins) drawBasins(sheet, box, basins);
    pen.strokeStyle = ink;
    pen.lineWidth = 1;
    pen.globalAlpha = 0.4;
    pen.stroke(contoursOf(box, view, p));
    pen.globalAlpha = 1;
    drawOthers(sheet, others, place);
    const colour = painted(colourOf(about.status), ink);
    const path = about.path.slice(0, SHOWN).map(place);
    pen.strokeStyle = pen.fillStyle = colour;
    pen.lineWidth = 2;
    trace(pen, path);
    dots(pen, path, 2.5);
    marks(sheet, place(about.setup.x0), place(about.x), colour);
  });
  axes(sheet, box, ticksOf(...view[0]), ticksOf(...view[1]));
  return box;
}

// Basins: for each of many starts which minimum lies ahead of where its run ends.

function beginBasins(setup, view) {
  return { setup, view, cells: [], minima: [], done: false };
}

function moreBasins(basins) {
  const until = performance.now() + SLICE;
  const { setup, cells } = basins;
  while (cells.length < STARTS ** 2 && performance.now() < until) {
    const found = run({ ...setup, x0: startOf(basins, cells.length) });
    cells.push(
      numberOf(basins, FORMULA.smooth && finite(found.x) ? minimumAhead(found.x, setup.p) : null),
    );
  }
  basins.done = cells.length === STARTS ** 2;
}

function startOf({ view }, cell) {
  const places = [cell % STARTS, floor(cell / STARTS)];
  return view.map(([low, high], k) => low + ((high - low) * (places[k] + 0.5)) / STARTS);
}

function numberOf({ minima, setup }, point) {
  if (!point) return -1;
  const near = (other) => size(minus(other, point.x)) <= 1e-4 * setup.width;
  const known = minima.findIndex(near);
  return known < 0 ? minima.push(point.x) - 1 : known;
}

function drawBasins({ pen, ink }, box, { cells, view, minima }) {
  const [[left, right], [low, high]] = view;
  pen.globalAlpha = 0.35;
  cells.forEach((minimum, cell) => {
    if (minimum < 0) return;
    const [i, j] = [cell % STARTS, floor(cell / STARTS)];
    const [x, y] = [
      box.x.at(left + ((right - left) * i) / STARTS),
      box.y.at(low + ((high - low) * (j + 1)) / STARTS),
    ];
    const x2 = box.x.at(left + ((right - left) * (i + 1)) / STARTS);
    const y2 = box.y.at(low + ((high - low) * j) / STARTS);
    pen.fillStyle = FORMULA.basins[minimum % FORMULA.basins.length];
    pen.fillRect(x, y, x2 - x, y2 - y);
  });
  pen.globalAlpha = 1;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = ink;
  pen.font = "bold 18px system-ui, sans-serif";
  minima.forEach(([x, y]) => pen.fillText("\u00d7", box.x.at(x), box.y.at(y)));
}
