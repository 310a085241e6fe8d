import type { Interpreter, TableNetwork } from '../network/index.js';
import { differenceOf } from './locate.js';
import type { Recording } from './recording.js';
import type { Tally } from './tally.js';

const FROM_JOURNAL = 'an earlier run got this answer; its stage was not searched for';

/** Compares recorded answers with the reference as if they came now, and returns the pictures that are left. */
export function resume(
  record: Recording | undefined,
  network: TableNetwork,
  interpreter: Interpreter,
  pictures: readonly Uint8Array[],
  tally: Tally,
): readonly number[] {
  const done = new Set<number>();
  for (const mismatch of record?.mismatches ?? []) tally.found(mismatch);
  for (const answer of record?.answers ?? []) {
    const picture = pictures[answer.image];
    if (picture === undefined) continue;
    done.add(answer.image);
    const expected = interpreter.infer(picture);
    if (tally.add(answer.image, expected, answer)) continue;
    const seen = differenceOf(network, expected, answer);
    const known = record?.mismatches.some(({ image }) => image === answer.image) === true;
    if (!known) tally.found({ image: answer.image, ...seen, note: seen.note ?? FROM_JOURNAL });
  }
  return [...pictures.keys()].filter((image) => !done.has(image));
}
