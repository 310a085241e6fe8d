import { ascending, levelsAbove } from './ascending.js';

/**
 * Which multiple of the step a level is, by its place: 0 is the place of the level 0, 1 and -1 those of its neighbours.
 * Whole numbers that ascend; 0 and 1 are at their own places, and -p is at the place -q if p is at q.
 */
export type Multiple = (place: number) => number;

/** .. -2, -1, 0, 1, 2 .. */
export const successive: Multiple = (place) => place;

/** .. -4, -2, -1, 0, 1, 2, 4 .. */
export const powerOfTwo: Multiple = (place) => Math.sign(place) * 2 ** (Math.abs(place) - 1);

/** `count` multiples of `step` about 0, which is one of them; of an even count one less is below 0 than above. */
export function multiplesOf(step: number, count: number, multiple: Multiple): Float32Array {
  const below = count - 1 - levelsAbove(count);
  return ascending(Array.from({ length: count }, (_, i) => multiple(i - below) * step));
}

/** At most so many weights are looked at, each at every place where it changes its level. */
const CHANGES = 100_000;

/** The most of `count` levels' weights that `leastErrorStep` has time for. */
export const weightsLookedAt = (count: number): number => Math.ceil(CHANGES / levelsAbove(count));

/**
 * The step >= 0 for which the weights, each rounded to the nearest of `count` multiples of it, have the least squared
 * error; 0 if no step is better than none.
 *
 * With multiples m_i given, the best step is P / Q, P = sum of w_i m_i, Q = sum of m_i^2, and its squared error is
 * P^2 / Q less than that of no step. As the step falls from infinity, the multiple of a weight changes from m to the next
 * one, m', where the step is |w| / ((m + m') / 2): all multiples that can be the best are met on the way.
 */
export function leastErrorStep(weights: Float32Array, count: number, multiple: Multiple): number {
  const above = levelsAbove(count);
  const below = count - 1 - above;
  const changes = [...weights].flatMap((weight) =>
    Array.from({ length: weight < 0 ? below : above }, (_, place) => {
      const [now, next] = [multiple(place), multiple(place + 1)];
      return {
        at: Math.abs(weight) / ((now + next) / 2),
        product: Math.abs(weight) * (next - now),
        square: next ** 2 - now ** 2,
      };
    }),
  );
  changes.sort((a, b) => b.at - a.at);
  let [products, squares] = [0, 0];
  let best = { gain: 0, step: 0 };
  for (const { product, square } of changes) {
    products += product;
    squares += square;
    const gain = products ** 2 / squares;
    if (gain > best.gain) best = { gain, step: products / squares };
  }
  return best.step;
}
