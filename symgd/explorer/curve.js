"use strict";

// One variable: f with the path of the run, and below it where each rate leads.

const POINTS = 400; // of the curve
const SHOWN = 400; // points of a path that are drawn
const WARM = 200; // steps before a rate's points are drawn
const KEPT = 64; // points that are drawn of each rate
const OUTLIERS = 0.03; // share of the curve that may leave the picture, where it has a pole

function heights([low, high], p) {
  const xs = Array.from({ length: POINTS + 1 }, (_, i) => low + ((high - low) * i) / POINTS);
  return xs.map((x) => [x, broken([x], p) < 0 ? fun([x], p) : NaN]);
}

// The range of numbers, without a few that are far off.
function span(numbers) {
  const sorted = numbers.filter(Number.isFinite).sort((a, b) => a - b);
  if (!sorted.length) return [0, 1];
  const cut = floor(sorted.length * OUTLIERS);
  const [low, high] = [sorted[cut], sorted[sorted.length - 1 - cut]];
  const wide = sorted.at(-1) - sorted[0] > 20 * (high - low) && high > low;
  const [bottom, top] = wide ? [low, high] : [sorted[0], sorted.at(-1)];
  const room = 0.08 * (top - bottom) || 1;
  return [bottom - room, top + room];
}

// The curve without the lines over its poles: from below the picture to above it, or back.
function unjoined(curve, [low, high]) {
  const beyond = (f) => (f > high ? 1 : f < low ? -1 : 0);
  return curve.map(([x, f], k) => [x, k && beyond(f) * beyond(curve[k - 1][1]) < 0 ? NaN : f]);
}

function drawCurve(canvas, { view, p }, about, others) {
  const sheet = surface(canvas);
  const { pen, ink } = sheet;
  const curve = heights(view[0], p);
  const up = span(curve.map(([, f]) => f));
  const box = frame(sheet, view[0], up);
  const place = ([x]) => [box.x.at(x), box.y.at(fun([x], p))];
  axes(sheet, box, ticksOf(...view[0]), ticksOf(...up));
  clipped(pen, box.inside, () => {
    pen.strokeStyle = ink;
    pen.lineWidth = 2;
    trace(
      pen,
      unjoined(curve, up).map(([x, f]) => [box.x.at(x), box.y.at(f)]),
    );
    drawOthers(sheet, others, place);
    const colour = painted(colourOf(about.status), ink);
    const path = about.path.slice(0, SHOWN).map(place);
    pen.strokeStyle = pen.fillStyle = colour;
    pen.lineWidth = 1.5;
    pen.globalAlpha = 0.6;
    trace(pen, path);
    pen.globalAlpha = 1;
    dots(pen, path, 3);
    marks(sheet, place(about.setup.x0), place(about.x), colour);
  });
  return box;
}

function drawOthers({ pen, ink }, others, place) {
  pen.globalAlpha = 0.3;
  pen.lineWidth = 1;
  for (const { path, status } of others) {
    pen.strokeStyle = painted(colourOf(status), ink);
    trace(pen, path.slice(0, SHOWN).map(place));
  }
  pen.globalAlpha = 1;
}

// The points that runs of each rate come back to, drawn once and kept as a picture.

const kept = { key: "", picture: document.createElement("canvas") };

function fates({ view, setup, rates, quick }, { x, y, inside: [left, top, width, height] }, ink) {
  const step = quick ? 3 : 1;
  const key = JSON.stringify([
    setup.x0,
    setup.method,
    setup.p,
    view,
    rates,
    width,
    height,
    ink,
    step,
  ]);
  if (kept.key === key) return kept.picture;
  Object.assign(kept, { key });
  Object.assign(kept.picture, { width, height });
  const pen = kept.picture.getContext("2d");
  pen.fillStyle = ink;
  pen.globalAlpha = 0.35;
  for (let column = 0; column < width; column += step) {
    const mine = { ...setup, lr: x.back(left + column) };
    const state = { x: setup.x0, slots: remembered(setup) };
    follow(state, mine, WARM);
    for (const [value] of follow(state, mine, KEPT - 1))
      pen.fillRect(column, y.at(value) - top - 0.75, step, 1.5);
  }
  return kept.picture;
}

function drawStrip(canvas, shown, about, guide) {
  const sheet = surface(canvas);
  const { pen, ink } = sheet;
  const { view, setup, rates } = shown;
  const box = frame(sheet, rates, view[0], true);
  const [left, top, , height] = box.inside;
  const colour = painted(colourOf(about.status), ink);
  axes(sheet, box, decades(...rates), ticksOf(...view[0]));
  clipped(pen, box.inside, () => {
    pen.drawImage(fates(shown, box, ink), left, top);
    const { largest } = settling(guide, setup.method);
    if (Number.isFinite(largest)) {
      const words =
        setup.method === "gd" ? `2/f'' = ${number(largest)}` : `settles up to ${number(largest)}`;
      line(sheet, box, largest, ink, [5, 4], words);
    }
    line(sheet, box, setup.lr, colour, []);
    pen.fillStyle = colour;
    dots(pen, [[box.x.at(setup.lr), top + height / 2]], 7);
  });
  return box;
}

function line(
  { pen, paper },
  { x, inside: [left, top, width, height] },
  value,
  colour,
  dashes,
  words = "",
) {
  pen.strokeStyle = pen.fillStyle = colour;
  pen.lineWidth = 2;
  pen.setLineDash(dashes);
  trace(pen, [
    [x.at(value), top],
    [x.at(value), top + height],
  ]);
  pen.setLineDash([]);
  const right = x.at(value) < left + width / 2;
  pen.textAlign = right ? "left" : "right";
  pen.textBaseline = "top";
  pen.lineWidth = 4;
  pen.strokeStyle = paper;
  pen.strokeText(words, x.at(value) + (right ? 6 : -6), top + 4);
  pen.fillText(words, x.at(value) + (right ? 6 : -6), top + 4);
}
