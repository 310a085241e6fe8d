import type { DeviceInfo, Link } from '../../toolkit/device/index.js';
import { linkEvents } from '../../toolkit/device/links/link-events.js';
import { encodeFrame, frameDecoder, type Frame } from '../../toolkit/device/protocol/frame.js';
import {
  ALL_POINTS,
  decodeTraceRequest,
  encodeHello,
  encodeInference,
  encodeTraceCrcs,
  encodeTraceValues,
  REQUEST,
  traceCrc,
  unpackPicture,
} from '../../toolkit/device/protocol/messages.js';
import { createInterpreter, elements, networkHash, type TableNetwork } from '../../toolkit/network/index.js';

export interface FakeOptions {
  /** What it says of itself instead of the truth. */
  readonly info?: Partial<DeviceInfo>;
  /** What it runs instead of the network. */
  readonly runs?: TableNetwork;
  /** Changes, adds or drops answers; `n` counts the requests from 0. */
  readonly answer?: (answer: Frame, n: number, link: FakeDevice) => readonly Frame[];
}

export interface FakeDevice extends Link {
  /** Requests that it was sent. */
  readonly requests: Frame[];
  /** Sends a frame of its own accord. */
  say(frame: Frame): void;
  /** Puts bytes on the line to the host. */
  noise(bytes: Uint8Array): void;
  /** The line ends. */
  end(reason: string | null): void;
}

/** The device's side of the protocol in TypeScript, in this process, with lies and faults on demand. */
export function fakeDevice(network: TableNetwork, options: FakeOptions = {}): FakeDevice {
  const { answer = (frame: Frame) => [frame] } = options;
  const events = linkEvents();
  const decoder = frameDecoder();
  const interpreter = createInterpreter(options.runs ?? network);
  const pixels = elements(network.input.shape);
  const info: DeviceInfo = {
    protocol: 1,
    board: 'fake',
    networkHash: networkHash(network).slice(0, 16),
    clockHz: 1000,
    latencyUnit: 'clocks',
    pixels,
    logits: network.output.labels.length,
    stages: network.stages.length,
    packedBits: 0,
    window: 1000,
    ...options.info,
  };
  const requests: Frame[] = [];

  /** A picture that has these activation indices. */
  const pictureOf = (indices: Uint8Array): Uint8Array =>
    indices.map((index) => network.input.table.indexOf(index));
  const payloadOf = ({ type, payload }: Frame): Uint8Array => {
    const infer = (picture: Uint8Array): Uint8Array =>
      encodeInference({ ...interpreter.infer(picture), latency: 10 + requests.length });
    switch (type) {
      case REQUEST.hello:
        return encodeHello(info);
      case REQUEST.infer:
        return infer(payload);
      case REQUEST.inferPacked:
        return infer(pictureOf(unpackPicture(payload, pixels, info.packedBits)));
      default: {
        const request = decodeTraceRequest(payload);
        if (request === undefined) throw new Error('no trace request');
        const { point, offset, count, picture } = request;
        const points = interpreter.infer(picture, { trace: true }).trace ?? [];
        if (point === ALL_POINTS) {
          return encodeTraceCrcs(
            points.map((values, i) => traceCrc(values, i === points.length - 1 ? 'logits' : 'indices')),
          );
        }
        const values = points[point]?.slice(offset, offset + count) ?? new Int32Array(0);
        return encodeTraceValues({ point, offset, values });
      }
    }
  };

  const fake: FakeDevice = {
    requests,
    say: (frame) => events.data(encodeFrame(frame)),
    noise: (bytes) => events.data(bytes),
    end: (reason) => events.close(reason),
    write(bytes) {
      if (events.closed()) return Promise.reject(new Error('closed'));
      for (const frame of decoder.push(bytes)) {
        const n = requests.push(frame) - 1;
        const usual = { type: frame.type | 0x80, sequence: frame.sequence, payload: payloadOf(frame) };
        for (const each of answer(usual, n, fake)) setImmediate(() => fake.say(each));
      }
      return Promise.resolve();
    },
    onData: events.onData,
    onClose: events.onClose,
    close() {
      events.close(null);
      return Promise.resolve();
    },
  };
  return fake;
}
