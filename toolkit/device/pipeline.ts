import { DeviceError, type TablizeError } from '../errors.js';
import type { Clock } from './clock.js';
import { UnknownRequestError, type Link } from './device.js';
import { encodeFrame, FRAME_OVERHEAD, frameDecoder, type Expected, type Frame } from './protocol/frame.js';
import {
  ANSWER_BIT,
  decodeError,
  ERROR,
  ERROR_CODES,
  REQUEST,
  type RequestType,
} from './protocol/messages.js';
import type { Timing } from './timing.js';

/** A request, and how its answer's payload is read; undefined: not an answer to this request. */
export interface Request<T> {
  readonly type: RequestType;
  readonly payload: Uint8Array;
  readonly decode: (payload: Uint8Array) => T | undefined;
}

export interface Pipeline {
  /** Sends when the window allows and resolves with the answer. Rejects with DeviceError. */
  ask<T>(request: Request<T>): Promise<T>;
  /** Bytes of frames that may be sent beyond the one that the device works on. */
  setWindow(bytes: number): void;
  /** How many requests were sent again. */
  repeats(): number;
  /** Rejects all that is pending, and everything from now on, with this error; a second call does nothing. */
  fail(error: TablizeError): void;
}

export interface PipelineOptions {
  readonly clock: Clock;
  readonly timing: Timing;
  /** The answers that can come; all else is noise. */
  readonly expected: Expected;
  /** Longest payload of a request, which is as much as a receiver can wait for in vain. */
  readonly longestPayload: number;
  /** The port or program, for messages. */
  readonly where: string;
  /** What the user can do when the device is silent, and when the line ended. */
  readonly advice: { readonly silent: string; readonly closed: string };
}

interface Pending {
  readonly type: RequestType;
  readonly payload: Uint8Array;
  /** Sequence number and bytes, once it was sent. */
  sent: { readonly sequence: number; readonly frame: Uint8Array } | undefined;
  tries: number;
  /** Resolves and says true when the payload answers it. */
  readonly settle: (payload: Uint8Array) => boolean;
  readonly reject: (error: Error) => void;
}

/** Fewer than half of the sequence numbers, so that a late answer is never taken for another request's. */
const MOST_IN_FLIGHT = 100;
const PATIENCE_FACTOR = 4;
const MOST_DOUBLINGS = 3;
/** Of the first patience: one answer that came very late must not make a silence very long. */
const MOST_PATIENCE = 4;

/**
 * Requests over a lossy line: window, time-outs and repeats of docs/protocol.md, section 2. Answers come in
 * the order of the requests, so an answer to a later one means that the earlier ones were lost.
 */
export function pipeline(link: Link, options: PipelineOptions): Pipeline {
  const { clock, timing, where, advice } = options;
  const decoder = frameDecoder(options.expected);
  const filler = new Uint8Array(options.longestPayload + FRAME_OVERHEAD);
  const waiting: Pending[] = [];
  let flying: Pending[] = [];
  let failure: TablizeError | undefined;
  let window = 0;
  let lastSequence = 0;
  let repeats = 0;
  let lastProgress = 0;
  let cancelTimer = (): void => undefined;
  /** Slowest answer seen, by type of request. */
  const slowest = new Map<RequestType, number>();

  const frameLength = ({ payload }: Pending): number => payload.length + FRAME_OVERHEAD;

  const patience = (request: Pending): number => {
    const onTheLine = flying.reduce((sum, each) => sum + frameLength(each), filler.length) * timing.perByte;
    if (request.type === REQUEST.hello) return timing.hello.patience + onTheLine;
    const seen = slowest.get(request.type);
    const base =
      seen === undefined
        ? timing.first
        : Math.min(Math.max(timing.least, PATIENCE_FACTOR * seen), MOST_PATIENCE * timing.first);
    return base * 2 ** Math.min(request.tries - 1, MOST_DOUBLINGS) + onTheLine;
  };

  /** One timer, for the oldest request: answers come in order. */
  const restartTimer = (): void => {
    cancelTimer();
    const oldest = flying[0];
    cancelTimer = oldest === undefined ? () => undefined : clock.after(patience(oldest), timedOut);
  };

  const send = (bytes: Uint8Array): void => {
    link.write(bytes).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      fail(
        new DeviceError(`cannot send to the device: ${reason}`, { where, next: advice.closed, cause: error }),
      );
    });
  };

  const freeSequence = (): number => {
    do lastSequence = (lastSequence + 1) & 0xff;
    while ([...flying, ...waiting].some(({ sent }) => sent?.sequence === lastSequence));
    return lastSequence;
  };

  const pump = (): void => {
    const idle = flying.length === 0;
    let ahead = flying.slice(1).reduce((sum, each) => sum + frameLength(each), 0);
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (flying.length > 0) ahead += frameLength(next);
      if (ahead > window || flying.length >= MOST_IN_FLIGHT) break;
      waiting.shift();
      if (next.sent === undefined) {
        const sequence = freeSequence();
        next.sent = { sequence, frame: encodeFrame({ type: next.type, sequence, payload: next.payload }) };
      } else repeats++;
      next.tries++;
      flying.push(next);
      send(next.sent.frame);
    }
    if (idle && flying.length > 0) {
      lastProgress = clock.now();
      restartTimer();
    }
  };

  /** Puts lost requests back to the front, or gives the device up. */
  const again = (lost: readonly Pending[]): void => {
    const hopeless = lost.find(
      ({ type, tries }) => tries > (type === REQUEST.hello ? timing.hello.repeats : timing.repeats),
    );
    waiting.unshift(...lost);
    if (hopeless === undefined) return;
    const message = `the device does not answer (asked ${hopeless.tries} times)`;
    fail(new DeviceError(message, { where, next: advice.silent }));
  };

  const timedOut = (): void => {
    const oldest = flying[0];
    receive(decoder.giveUp());
    // The answer may have been held back by noise that looked like a header.
    if (flying[0] !== oldest) return;
    const lost = flying;
    flying = [];
    // Only the oldest is known to be lost; the others go again with it, and are not blamed.
    for (const request of lost.slice(1)) request.tries--;
    again(lost);
    if (failure !== undefined) return;
    send(filler);
    pump();
  };

  const receive = (frames: readonly Frame[]): void => {
    for (const frame of frames) answered(frame);
  };

  const answered = ({ type, sequence, payload }: Frame): void => {
    const matches = (request: Pending): boolean =>
      request.sent?.sequence === sequence && (type === ERROR || type === (request.type | ANSWER_BIT));
    const request = flying.find(matches) ?? waiting.find(matches);
    if (request === undefined) return;
    if (type === ERROR) {
      const Refusal = payload[0] === ERROR_CODES.unknownType ? UnknownRequestError : DeviceError;
      request.reject(
        new Refusal(`the device refused a request: ${decodeError(payload)}`, {
          where,
          next: 'build and flash the firmware again with this version of the toolkit',
        }),
      );
    } else if (!request.settle(payload)) return;
    const now = clock.now();
    slowest.set(request.type, Math.max(slowest.get(request.type) ?? 0, now - lastProgress));
    lastProgress = now;
    const place = flying.indexOf(request);
    if (place < 0) waiting.splice(waiting.indexOf(request), 1);
    else {
      const lost = flying.slice(0, place);
      flying = flying.slice(place + 1);
      again(lost);
      restartTimer();
    }
    pump();
  };

  const fail = (error: TablizeError): void => {
    if (failure !== undefined) return;
    failure = error;
    cancelTimer();
    for (const request of [...flying, ...waiting]) request.reject(error);
    flying = [];
    waiting.length = 0;
  };

  link.onData((bytes) => {
    if (failure === undefined) receive(decoder.push(bytes));
  });
  link.onClose((reason) => {
    const message = `the line to the device closed${reason === null ? '' : `: ${reason}`}`;
    fail(new DeviceError(message, { where, next: advice.closed }));
  });

  return {
    ask: <T>({ type, payload, decode }: Request<T>) =>
      new Promise<T>((resolve, reject) => {
        if (failure !== undefined) {
          reject(failure);
          return;
        }
        const settle = (answer: Uint8Array): boolean => {
          const value = decode(answer);
          if (value === undefined) return false;
          resolve(value);
          return true;
        };
        waiting.push({ type, payload, sent: undefined, tries: 0, settle, reject });
        pump();
      }),
    setWindow(bytes) {
      window = bytes;
      pump();
    },
    repeats: () => repeats,
    fail,
  };
}
