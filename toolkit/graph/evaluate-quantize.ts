import { clamp, roundEven } from './evaluate-elementwise.js';
import type { Constant, QuantizedLevels } from './graph.js';

const ROUND: Readonly<Record<QuantizedLevels['rounding'], (x: number) => number>> = {
  even: roundEven,
  up: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
  toZero: Math.trunc,
};

/** Each value's nearest level. The quotient is rounded to a float first, as the tools do that train such networks. */
export function quantize(levels: QuantizedLevels, values: Constant['values']): Float32Array {
  const { step, zero, least, most, bipolar } = levels;
  const round = ROUND[levels.rounding];
  const output = new Float32Array(values.length);
  for (let i = 0; i < output.length; i++) {
    const x = values[i] ?? 0;
    const [s, z] = [step[i % step.length] ?? 1, zero[i % zero.length] ?? 0];
    if (bipolar) output[i] = x >= 0 ? s : -s;
    else output[i] = (clamp(round(Math.fround(Math.fround(x / s) + z)), least, most) - z) * s;
  }
  return output;
}
