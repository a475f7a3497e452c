"use strict";

// The functions of symgd's table by their names there, in double precision.

const EPS = 2 ** -52;
const {
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  atan2,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  exp,
  expm1,
  log,
  log1p,
  log2,
  log10,
  sqrt,
  cbrt,
  hypot,
  floor,
  sign,
} = Math;
const absolute = Math.abs;
const minimum = (a, b) => Math.min(a, b);
const maximum = (a, b) => Math.max(a, b);
const power = (base, exponent) => (base === 1 ? 1 : base ** exponent);
const heaviside = (u) => (u > 0 ? 1 : u < 0 ? 0 : u === 0 ? 0.5 : NaN);
const softplus = (u) => Math.max(u, 0) + log1p(exp(-Math.abs(u)));

function sigmoid(u) {
  const decay = exp(-Math.abs(u));
  return (u < 0 ? decay : 1) / (1 + decay);
}

function rint(u) {
  const below = floor(u);
  const rest = u - below;
  if (rest === 0.5) return below % 2 === 0 ? below : below + 1;
  return rest < 0.5 ? below : below + 1;
}

function mod(u, v) {
  const rest = u % v;
  return rest !== 0 && rest < 0 !== v < 0 ? rest + v : rest;
}

// Conditions are numbers, and nan where a side is.

const indicator = (holds, ...sides) => (sides.some(Number.isNaN) ? NaN : holds ? 1 : 0);
const less = (a, b) => indicator(a < b, a, b);
const less_equal = (a, b) => indicator(a <= b, a, b);
const equal = (a, b) => indicator(a === b, a, b);
const not_equal = (a, b) => indicator(a !== b, a, b);
const logical_and = (a, b) => indicator(a !== 0 && b !== 0, a, b);
const logical_or = (a, b) => indicator(a !== 0 || b !== 0, a, b);
const logical_not = (a) => indicator(a === 0, a);
const where = (holds, a, b) => (Number.isNaN(holds) ? NaN : holds === 0 ? b : a);

const polynomial = (terms, u) => terms.reduceRight((sum, term) => sum * u + term, 0);

// The error function: its series of positive terms, and far out its continued fraction
// (NIST Handbook of Mathematical Functions, 7.6.2 and 7.9.1, doi:10.1017/9780511920257).

const ERF_FAR = 2;

function erf(u) {
  const size = Math.abs(u);
  if (Number.isNaN(u) || size < ERF_FAR) return erfNear(u);
  return sign(u) * (1 - erfcFar(size));
}

function erfc(u) {
  if (Number.isNaN(u) || Math.abs(u) < ERF_FAR) return 1 - erfNear(u);
  return u > 0 ? erfcFar(u) : 2 - erfcFar(-u);
}

function erfNear(u) {
  let [term, sum] = [u, u];
  for (let k = 1; Math.abs(term) > (EPS / 4) * Math.abs(sum); k++) {
    term *= (2 * u * u) / (2 * k + 1);
    sum += term;
  }
  return ((2 * sum) / sqrt(Math.PI)) * exp(-u * u);
}

function erfcFar(u) {
  if (u > 30) return 0;
  let rest = u;
  for (let k = 120; k > 0; k--) rest = u + k / 2 / rest;
  return exp(-u * u) / sqrt(Math.PI) / rest;
}

// The logarithm of the gamma function: its series about 2, the recurrence, and Stirling's series
// (the same handbook, 5.7.3, 5.5.1 and 5.11.1).

const EULER = 0.5772156649015329;
const BERNOULLI = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43867 / 798,
];
const LOG_GAMMA_FAR = 12;

function zetaBeyond1(s) {
  const far = 100;
  let sum = 0;
  for (let n = far - 1; n > 1; n--) sum += n ** -s;
  const rest = far / (s - 1) + 1 / 2 + s / 12 / far - (s * (s + 1) * (s + 2)) / 720 / far ** 3;
  return sum + far ** -s * rest;
}

const ABOUT_2 = [0, 1 - EULER];
for (let k = 2; k < 34; k++) ABOUT_2.push(((-1) ** k * zetaBeyond1(k)) / k);

function loggamma(u) {
  if (!(u > 0)) return u === 0 ? Infinity : NaN;
  if (u < 0.5) return loggamma(u + 1) - log(u);
  if (u < 1.5) return polynomial(ABOUT_2, u - 1) - log1p(u - 1);
  if (u < 2.5) return polynomial(ABOUT_2, u - 2);
  let product = 1;
  for (; u < LOG_GAMMA_FAR; u++) product *= u;
  const series = BERNOULLI.map((b, k) => b / ((2 * k + 2) * (2 * k + 1)));
  const tail = polynomial(series, 1 / (u * u)) / u;
  return (u - 0.5) * log(u) - u + 0.5 * log(2 * Math.PI) + tail - log(product);
}

function gamma(u) {
  if (!(u > 0)) return u === 0 ? Infinity : NaN;
  if (u > 171.7) return Infinity;
  let product = 1;
  for (; u > 2.5; u--) product *= u - 1;
  return product * exp(loggamma(u));
}

// As in symgd: by the recurrence and an asymptotic series (5.15.8 there).

function polygamma(n, u) {
  if (!(u >= 0)) return NaN;
  let factorial = 1;
  for (let k = 2; k < n; k++) factorial *= k;
  const full = n > 1 ? factorial * n : 1;
  const far = 8 + n;
  const inverse = 1 / (u < far ? u + far : u);
  const series = BERNOULLI.map((b, k) => {
    let ratio = 1 / (2 * k + 2);
    for (let j = 2 * k + 2; j < 2 * k + 2 + n; j++) ratio *= j;
    return b * ratio;
  });
  const tail = inverse * inverse * polynomial(series, inverse * inverse);
  const first = n ? factorial : log(inverse);
  let steps = 0;
  for (let k = far - 1; k >= 0 && u < far; k--) steps += 1 / (u + k) ** (n + 1);
  const sum = (first + tail + 0.5 * full * inverse) * inverse ** n + full * steps;
  return (-1) ** (n + 1) * sum;
}

// sin(u)/u and its slopes, by series and recurrence (10.51.1 and 10.53.1 there).

function sinc(n, u) {
  const square = u * u;
  if (n ? Math.abs(u) < n + 2 : u === 0) return polynomial(sincTerms(n), square);
  if (Math.abs(u) === Infinity) return 0;
  let [before, now] = [cos(u), sin(u) / u];
  for (let k = 0; k < n; k++) [before, now] = [now, ((2 * k + 1) * now - before) / square];
  return now;
}

function sincTerms(n) {
  const terms = [1];
  for (let k = 3; k <= 2 * n + 1; k += 2) terms[0] /= k;
  for (let k = 1; k < 16 + n; k++) terms.push(terms[k - 1] / (-2 * k * (2 * n + 2 * k + 1)));
  return terms;
}

// Bessel's function by its series, its integral, and Hankel's expansions (10.2.2, 10.9.2, 10.17.3).

const BESSEL_FAR = 50;

function besselj(n, u) {
  if (Number.isNaN(u)) return NaN;
  const size = Math.abs(u);
  const value = besselOf(n, size);
  return u < 0 && n % 2 === 1 ? -value : value;
}

function besselOf(n, size) {
  if (size > BESSEL_FAR) return besselFar(n, size);
  if (size < n / 2 + 1) {
    const terms = [1];
    for (let k = 2; k <= n; k++) terms[0] /= k;
    for (let k = 1; k < 16 + n; k++) terms.push(-terms[k - 1] / (k * (n + k)));
    return (size / 2) ** n * polynomial(terms, (size / 2) ** 2);
  }
  let sum = 0;
  for (let k = 0; k < 64; k++) {
    const angle = (k + 0.5) * (Math.PI / 64);
    sum += cos(n * angle - size * sin(angle));
  }
  return sum / 64;
}

function besselFar(n, size) {
  let [before, now] = [besselWave(0, size), besselWave(1, size)];
  if (!n) return before;
  for (let k = 1; k < n; k++) [before, now] = [now, ((2 * k) / size) * now - before];
  return now;
}

function besselWave(order, size) {
  const parts = [1, 0];
  let term = 1;
  for (let k = 1; k < 14; k++) {
    term *= (4 * order ** 2 - (2 * k - 1) ** 2) / (8 * k * size);
    parts[k % 2] += (-1) ** floor(k / 2) * term;
  }
  const [plus, minus] = [cos(size) + sin(size), sin(size) - cos(size)];
  const [first, second] = order === 0 ? [plus, minus] : [minus, -plus];
  return (parts[0] * first - parts[1] * second) / sqrt(Math.PI * size);
}
