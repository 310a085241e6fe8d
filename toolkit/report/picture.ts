import type { Shape } from '../network/index.js';

const SHADES = ' ░▒▓█';
const WIDEST = 64;

/** A picture as lines of block characters, two pixel rows of a square picture to a line; the mean of the channels, at most 64 columns. */
export function pictureLines(pixels: Uint8Array, [height, width, channels]: Shape): string[] {
  const step = Math.max(1, Math.ceil(width / WIDEST));
  const brightness = (y: number, x: number): number => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += pixels[(y * width + x) * channels + c] ?? 0;
    return sum / channels;
  };
  const lines: string[] = [];
  for (let y = 0; y < height; y += 2 * step) {
    let line = '';
    for (let x = 0; x < width; x += step) {
      const below = y + step < height ? brightness(y + step, x) : 0;
      const shade = Math.floor(((brightness(y, x) + below) / 2 / 256) * SHADES.length);
      line += SHADES[shade] ?? ' ';
    }
    lines.push(line.trimEnd());
  }
  return lines;
}
