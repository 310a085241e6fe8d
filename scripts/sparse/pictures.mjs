// Batches of pictures as bits: pixel by pixel, each a row with one value per picture.

const SIDE = 28;
const MIDDLE = (SIDE - 1) / 2;
const MOST_TURN = 0.12; // radians; shear, and 0.7 of the scale, as much
const MOST_SHIFT = 1; // pixels
const MOST_THRESHOLD = 30; // that the threshold of ink is moved by, of 255

/** @typedef {{ readonly images: Uint8Array, readonly labels: Uint8Array }} Pictures */

/**
 * Writes pictures of a batch, as they are.
 *
 * @param {Float32Array} bits - [pixels][batch]
 * @param {number} batch
 * @param {Pictures} set
 * @param {ArrayLike<number>} chosen
 * @param {number} threshold
 */
export function loadPlain(bits, batch, { images }, chosen, threshold) {
  const pixels = SIDE * SIDE;
  bits.fill(0);
  for (let s = 0; s < chosen.length; s++) {
    const from = Number(chosen[s]) * pixels;
    for (let p = 0; p < pixels; p++) if (Number(images[from + p]) >= threshold) bits[p * batch + s] = 1;
  }
}

/**
 * The same, each picture turned, sheared, scaled and moved a little at random, and its threshold too.
 *
 * @param {Float32Array} bits
 * @param {number} batch
 * @param {Pictures} set
 * @param {ArrayLike<number>} chosen
 * @param {number} threshold
 * @param {readonly number[]} used - pixels that are needed
 * @param {() => number} random
 */
export function loadVaried(bits, batch, { images }, chosen, threshold, used, random) {
  const either = () => random() * 2 - 1;
  bits.fill(0);
  for (let s = 0; s < chosen.length; s++) {
    const from = Number(chosen[s]) * SIDE * SIDE;
    const ink = threshold + either() * MOST_THRESHOLD;
    const turn = either() * MOST_TURN;
    const shear = either() * MOST_TURN;
    const scale = 1 + either() * MOST_TURN * 0.7;
    const tall = scale * (1 + either() * MOST_TURN * 0.5);
    const [xx, xy] = [Math.cos(turn) * scale, Math.sin(turn) * scale + shear];
    const [yx, yy] = [-Math.sin(turn) * tall, Math.cos(turn) * tall];
    const down = MIDDLE + either() * MOST_SHIFT;
    const right = MIDDLE + either() * MOST_SHIFT;
    for (const p of used) {
      const v = Math.floor(p / SIDE) - MIDDLE;
      const u = (p % SIDE) - MIDDLE;
      const y = yx * u + yy * v + down;
      const x = xx * u + xy * v + right;
      const top = Math.floor(y);
      const left = Math.floor(x);
      if (top < 0 || left < 0 || top >= SIDE - 1 || left >= SIDE - 1) continue;
      const dy = y - top;
      const dx = x - left;
      const at = from + top * SIDE + left;
      const upper = (1 - dx) * Number(images[at]) + dx * Number(images[at + 1]);
      const lower = (1 - dx) * Number(images[at + SIDE]) + dx * Number(images[at + SIDE + 1]);
      if ((1 - dy) * upper + dy * lower >= ink) bits[p * batch + s] = 1;
    }
  }
}

/**
 * How often each pixel is ink.
 *
 * @param {Pictures} set
 * @param {number} threshold
 */
export function inkShares({ images, labels }, threshold) {
  const pixels = SIDE * SIDE;
  const shares = new Float64Array(pixels);
  for (let i = 0; i < images.length; i++)
    if (Number(images[i]) >= threshold) shares[i % pixels] = Number(shares[i % pixels]) + 1 / labels.length;
  return shares;
}
