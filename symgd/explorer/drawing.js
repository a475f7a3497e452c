"use strict";

// Canvases with axes, in the colours of the page.

const MARGIN = { left: 58, right: 10, top: 10, bottom: 24 };

// Make a canvas as sharp as the screen, and give what draws on it.
function surface(canvas) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = "12px system-ui, sans-serif";
  pen.lineJoin = "round";
  return { pen, width, height, ...colours() };
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  return {
    ink: style.getPropertyValue("--ink").trim(),
    paper: style.getPropertyValue("--paper").trim(),
  };
}

const painted = (colour, ink) => (colour === "currentColor" ? ink : colour);

// A range of numbers along a side of a canvas; `back` is its inverse.
function scale([low, high], from, to, logarithmic = false) {
  const [turn, unturn] = logarithmic ? [log, exp] : [(v) => v, (v) => v];
  const [a, b] = [turn(low), turn(high)];
  return {
    at: (value) => from + ((turn(value) - a) / (b - a)) * (to - from),
    back: (place) => unturn(a + ((place - from) / (to - from)) * (b - a)),
  };
}

function frame(sheet, across, up, logarithmic = false) {
  const { width, height } = sheet;
  const { left, right, top, bottom } = MARGIN;
  return {
    x: scale(across, left, width - right, logarithmic),
    y: scale(up, height - bottom, top),
    inside: [left, top, width - left - right, height - top - bottom],
  };
}

function ticksOf(low, high) {
  const rough = (high - low) / 5;
  const unit = 10 ** floor(log10(rough));
  const step = unit * [1, 2, 5, 10].find((times) => times * unit >= rough);
  const ticks = [];
  for (let k = Math.ceil(low / step); k * step <= high; k++)
    ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}

function decades(low, high) {
  const ticks = [];
  for (let k = Math.ceil(log10(low) - 1e-9); 10 ** k <= high * 1.000001; k++)
    ticks.push(Number(`1e${k}`));
  return ticks;
}

function axes(sheet, { x, y, inside: [left, top, width, height] }, across, up) {
  const { pen, ink } = sheet;
  pen.fillStyle = pen.strokeStyle = ink;
  pen.globalAlpha = 0.35;
  pen.lineWidth = 1;
  pen.strokeRect(left, top, width, height);
  pen.globalAlpha = 0.9;
  pen.textAlign = "center";
  pen.textBaseline = "top";
  let free = 0; // words do not overlap
  for (const tick of across) {
    const half = pen.measureText(number(tick)).width / 2;
    const place = Math.min(x.at(tick), left + width - half);
    if (place - half < free) continue;
    free = place + half + 8;
    pen.fillText(number(tick), place, top + height + 6);
  }
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const tick of up) pen.fillText(number(tick), left - 6, y.at(tick));
  pen.globalAlpha = 1;
}

function clipped(pen, [left, top, width, height], draw) {
  pen.save();
  pen.beginPath();
  pen.rect(left, top, width, height);
  pen.clip();
  draw();
  pen.restore();
}

const FARTHEST = 1e6; // pixels: canvases draw nothing that is farther out
const within = (place) => Math.max(-FARTHEST, Math.min(FARTHEST, place));

// A line through places; what is not finite breaks it.
function trace(pen, places) {
  pen.beginPath();
  let open = false;
  for (const [x, y] of places) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      open = false;
      continue;
    }
    pen[open ? "lineTo" : "moveTo"](within(x), within(y));
    open = true;
  }
  pen.stroke();
}

function dots(pen, places, radius) {
  pen.beginPath();
  for (const [x, y] of places) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    pen.moveTo(within(x) + radius, within(y));
    pen.arc(within(x), within(y), radius, 0, 2 * Math.PI);
  }
  pen.fill();
}

// A ring where a run starts, a disc where it ends.
function marks({ pen, ink, paper }, start, end, colour) {
  pen.lineWidth = 3;
  pen.fillStyle = painted(colour, ink);
  pen.strokeStyle = paper;
  pen.beginPath();
  pen.arc(within(end[0]), within(end[1]), 7, 0, 2 * Math.PI);
  pen.fill();
  pen.stroke();
  pen.strokeStyle = ink;
  pen.beginPath();
  pen.arc(within(start[0]), within(start[1]), 9, 0, 2 * Math.PI);
  pen.stroke();
}
