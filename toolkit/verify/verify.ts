import { UnknownRequestError, type Device, type Inference } from '../device/index.js';
import { InputError, InterruptedError, TablizeError } from '../errors.js';
import { createInterpreter, elements, type Interpretation, type TableNetwork } from '../network/index.js';
import { checkInputTable, differenceOf, locate } from './locate.js';
import { median, type Mismatch, type Verification } from './verification.js';

/** Pictures to verify with, such as a data set. */
export interface Pictures {
  /** Picture by picture, [height, width, channels] each, one byte per pixel and channel. */
  readonly images: Uint8Array;
  /** The class of each picture; null when they are unknown. */
  readonly labels: ArrayLike<number> | null;
}

export interface VerifyOptions {
  readonly network: TableNetwork;
  readonly device: Device;
  readonly data: Pictures;
  /** Verifies the first so many pictures only. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
  /** Called at most once a second, and at the end. */
  readonly progress?: (line: string) => void;
}

/** Pictures that are under way at once: the device's own window is smaller. */
const AHEAD = 64;
const PROGRESS_MS = 1000;
/** Wall time of interpreting after which timers and signals get their turn. */
const TURN_MS = 50;

const NO_TRACE = 'the stage is not known: this device answers no TRACE';
const TRACE_AGREES = 'a trace of the same picture agrees at every stage: transport or requantize of logits';

/**
 * Compares the labels and all logits that a device computes with the integer reference, picture by picture, and
 * finds the first place that differs. A device that stops, and `signal`, end it early: the answer then holds what
 * was verified so far, and the reason. Throws InputError for pictures or labels that do not fit the network.
 */
export async function verify(options: VerifyOptions): Promise<Verification> {
  const { network, device, signal, progress } = options;
  const { labels } = options.data;
  const pictures = split(options.data, network).slice(0, options.limit);
  const interpreter = createInterpreter(network);
  const info = await device.info();
  const latencies: number[] = [];
  const started = performance.now();
  let lastProgress = started;
  let lastTurn = started;
  let verified = 0;
  let wrongLabels = 0;
  let wrongLogits = 0;
  let rightReference = 0;
  let rightDevice = 0;
  let firstMismatch: Mismatch | null = null;
  let stopped: TablizeError | undefined;

  /** Settled either way, so that an answer which fails before its turn is no unhandled rejection. */
  const asked: Promise<Inference | TablizeError>[] = [];
  const ask = (): void => {
    const picture = pictures[asked.length];
    if (picture !== undefined) asked.push(device.infer(picture).catch(expectedError));
  };

  const place = async (
    image: number,
    picture: Uint8Array,
    expected: Interpretation,
    got: Inference,
  ): Promise<Mismatch> => {
    const seen = differenceOf(network, expected, got);
    if (seen.stage === 'label') return { image, ...seen };
    try {
      const found = await locate(network, interpreter, device, picture);
      return { image, ...(found ?? { ...seen, note: TRACE_AGREES }) };
    } catch (error) {
      if (error instanceof UnknownRequestError) return { image, ...seen, note: NO_TRACE };
      stopped = expectedError(error);
      return { image, ...seen, note: `the stage is not known: ${stopped.message}` };
    }
  };

  const report = (): void => {
    const wrong = Math.max(wrongLabels, wrongLogits);
    const rate = verified / ((performance.now() - started) / 1000);
    const speed = Number.isFinite(rate) ? `, ${rate.toFixed(rate < 10 ? 1 : 0)} pictures/s` : '';
    progress?.(
      `verified ${verified} of ${pictures.length} pictures, ${wrong} ${wrong === 1 ? 'differs' : 'differ'}${speed}`,
    );
    lastProgress = performance.now();
  };

  if (info.packedBits !== 0) {
    const wrong = await checkInputTable(network, device).catch(expectedError);
    if (wrong instanceof TablizeError) stopped = wrong;
    else firstMismatch = wrong ?? null;
  }
  if (stopped === undefined) for (let i = 0; i < AHEAD; i++) ask();
  for (const [image, picture] of pictures.entries()) {
    if (signal?.aborted === true) stopped = new InterruptedError();
    if (stopped !== undefined) break;
    const expected = interpreter.infer(picture);
    const got = await untilAborted(asked[image] ?? Promise.resolve(new InterruptedError()), signal);
    if (got instanceof TablizeError) {
      stopped = got;
      break;
    }
    ask();
    const sameLogits =
      got.logits.length === expected.logits.length &&
      got.logits.every((logit, i) => logit === expected.logits[i]);
    verified++;
    wrongLabels += got.label === expected.label ? 0 : 1;
    wrongLogits += sameLogits ? 0 : 1;
    rightReference += expected.label === labels?.[image] ? 1 : 0;
    rightDevice += got.label === labels?.[image] ? 1 : 0;
    latencies.push(got.latency);
    if (firstMismatch === null && (!sameLogits || got.label !== expected.label)) {
      firstMismatch = await place(image, picture, expected, got);
    }
    const now = performance.now();
    if (now - lastProgress >= PROGRESS_MS) report();
    if (now - lastTurn >= TURN_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      lastTurn = performance.now();
    }
  }
  report();

  const share = (right: number): number | null =>
    labels === null || verified === 0 ? null : right / verified;
  return {
    executor: device.executor,
    info,
    images: verified,
    asked: pictures.length,
    mismatches: { labels: wrongLabels, logits: wrongLogits },
    accuracy: { reference: share(rightReference), device: share(rightDevice) },
    latency:
      info.latencyUnit === 'none' || verified === 0
        ? null
        : {
            unit: info.latencyUnit,
            median: median(latencies),
            max: latencies.reduce((a, b) => Math.max(a, b), 0),
            clockHz: info.clockHz,
          },
    firstMismatch,
    stopped: stopped === undefined ? null : describe(stopped),
    interrupted: stopped instanceof InterruptedError,
  };
}

/** One view per picture. */
function split({ images, labels }: Pictures, network: TableNetwork): readonly Uint8Array[] {
  const size = elements(network.input.shape);
  const count = images.length / size;
  if (!Number.isInteger(count)) {
    throw new InputError(`the pictures have ${images.length} bytes, which is no multiple of ${size}`, {
      next: `give pictures of [${network.input.shape.join(', ')}], one byte per pixel and channel`,
    });
  }
  if (labels !== null && labels.length !== count) {
    throw new InputError(`there are ${count} pictures, but ${labels.length} labels`);
  }
  return Array.from({ length: count }, (_, i) => images.subarray(i * size, (i + 1) * size));
}

function describe({ message, next }: TablizeError): string {
  return next === undefined ? message : `${message}; ${next}`;
}

/** What a device may fail with, as a value; anything else is a defect, or a picture that does not fit, and goes on. */
function expectedError(error: unknown): TablizeError {
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
