import { UnknownRequestError, type Device, type Inference } from '../device/index.js';
import { DeviceError, InputError, InterruptedError, TablizeError } from '../errors.js';
import { elements, type Interpretation, type Interpreter, type TableNetwork } from '../network/index.js';
import { checkInputTable, differenceOf, locate } from './locate.js';
import type { Recording } from './recording.js';
import { agrees, type Tally } from './tally.js';
import type { Mismatch } from './verification.js';
import type { Work } from './work.js';

export interface Comparing {
  readonly network: TableNetwork;
  readonly interpreter: Interpreter;
  readonly pictures: readonly Uint8Array[];
  readonly work: Work;
  readonly tally: Tally;
  readonly record: Recording | undefined;
  readonly signal: AbortSignal | undefined;
  /** Called after every picture. */
  readonly compared: () => void;
}

/** Most pictures that are under way at once. */
const MOST_AHEAD = 64;
const FRAME_OVERHEAD = 8;
/** Wall time of interpreting after which timers and signals get their turn. */
const TURN_MS = 50;

const NO_PICTURE = new Uint8Array(0);
const NO_TRACE = 'the stage is not known: this device answers no TRACE';
const TRACE_AGREES = 'a trace of the same picture agrees at every stage: transport or requantize of logits';

/**
 * Compares answers of one device with the reference as long as there is work, and finds the place of its first
 * difference. An answer that differs is asked for again before it counts; one that is right then ends the comparison. What ended it early, or undefined; the pictures that it had taken are given back then.
 */
export async function compare(device: Device, comparing: Comparing): Promise<TablizeError | undefined> {
  const { network, interpreter, pictures, work, tally, record, signal, compared } = comparing;
  const info = await device.info();
  let lastTurn = performance.now();
  const located: Mismatch[] = [];

  const found = (mismatch: Mismatch): void => {
    located.push(mismatch);
    tally.found(mismatch);
    record?.differs(mismatch);
  };
  if (info.packedBits !== 0) {
    const wrong = await checkInputTable(network, device).catch(expectedError);
    if (wrong instanceof TablizeError) return wrong;
    if (wrong !== undefined) found(wrong);
  }

  function unsteady(image: number): DeviceError {
    return new DeviceError(
      `the answer to picture ${image} was wrong once, and right when it was asked for again`,
      {
        next: 'run the command again: noise on the line may do this, very rarely; a board that does it again does not compute the same twice',
      },
    );
  }

  /** What a device may fail with is a value, so that an answer which fails before its turn is no unhandled rejection. */
  const asked: { readonly image: number; readonly answer: Promise<Inference | TablizeError> }[] = [];
  const frame = Math.ceil((elements(network.input.shape) * (info.packedBits || 8)) / 8) + FRAME_OVERHEAD;
  const ahead = Math.min(MOST_AHEAD, 2 * (1 + Math.ceil(info.window / frame)));
  const fill = (): void => {
    while (asked.length < ahead) {
      const image = work.take();
      const picture = image === undefined ? undefined : pictures[image];
      if (image === undefined || picture === undefined) return;
      const answer = device.infer(picture).catch(expectedError);
      // A defect is told when its turn comes.
      answer.catch(() => undefined);
      asked.push({ image, answer });
    }
  };

  /** Where a picture's computation first differs, and what ended the search for it. */
  const place = async (
    image: number,
    expected: Interpretation,
    got: Inference,
  ): Promise<{ readonly mismatch: Mismatch; readonly stopped?: TablizeError }> => {
    const seen = differenceOf(network, expected, got);
    const picture = pictures[image];
    if (seen.stage === 'label' || picture === undefined) return { mismatch: { image, ...seen } };
    try {
      const where = await locate(network, interpreter, device, picture);
      return { mismatch: { image, ...(where ?? { ...seen, note: TRACE_AGREES }) } };
    } catch (error) {
      if (error instanceof UnknownRequestError) return { mismatch: { image, ...seen, note: NO_TRACE } };
      const stopped = expectedError(error);
      return {
        mismatch: { image, ...seen, note: `the stage is not known: ${stopped.message}` },
        stopped,
      };
    }
  };
  const leave = (reason: TablizeError): TablizeError => {
    work.giveBack(asked.map(({ image }) => image));
    return reason;
  };

  for (;;) {
    if (signal?.aborted === true) return leave(new InterruptedError());
    fill();
    const [next] = asked;
    if (next === undefined) {
      const more = await untilAborted(work.more(), signal);
      if (more === false) return undefined;
      continue;
    }
    const { image, answer } = next;
    const expected = interpreter.infer(pictures[image] ?? NO_PICTURE);
    let got = await untilAborted(answer, signal);
    if (got instanceof TablizeError) return leave(got);
    if (!agrees(expected, got)) {
      // Noise may pass a CRC of 16 bits: a difference is what does not go away.
      const again = await untilAborted(
        device.infer(pictures[image] ?? NO_PICTURE).catch(expectedError),
        signal,
      );
      if (again instanceof TablizeError) return leave(again);
      if (agrees(expected, again)) return leave(unsteady(image));
      got = again;
    }
    asked.shift();
    fill();
    record?.answered({ image, board: info.board, ...got });
    const same = tally.add(image, expected, got);
    work.done();
    if (!same && located.length === 0) {
      const { mismatch, stopped } = await place(image, expected, got);
      found(mismatch);
      if (stopped !== undefined) return leave(stopped);
    }
    compared();
    if (performance.now() - lastTurn >= TURN_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      lastTurn = performance.now();
    }
  }
}

/** What a device may fail with, as a value; anything else is a defect, or a picture that does not fit, and goes on. */
export function expectedError(error: unknown): TablizeError {
  if (error instanceof TablizeError && !(error instanceof InputError)) return error;
  throw error;
}

/** The promise's value, or InterruptedError as a value as soon as the signal comes. */
async function untilAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T | InterruptedError> {
  if (signal === undefined) return promise;
  let abort = (): void => undefined;
  const aborted = new Promise<InterruptedError>((resolve) => {
    abort = () => resolve(new InterruptedError());
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
