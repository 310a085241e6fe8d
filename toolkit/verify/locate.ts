import { traceCrc, type Device, type Inference } from '../device/index.js';
import { elements, type Interpretation, type Interpreter, type TableNetwork } from '../network/index.js';
import type { Mismatch } from './verification.js';

type Place = Omit<Mismatch, 'image'>;

/**
 * Finds where a picture's computation first differs, with the device's TRACE: the first trace point whose CRC is
 * wrong, and in it the first value. Undefined when every point agrees. A point that the device does not keep is passed over: what is
 * wrong there shows at the next.
 */
export async function locate(
  network: TableNetwork,
  interpreter: Interpreter,
  device: Device,
  picture: Uint8Array,
): Promise<Place | undefined> {
  const points = interpreter.infer(picture, { trace: true }).trace ?? [];
  const crcs = await device.trace(picture);
  const last = points.length - 1;
  const notKept = traceCrc(new Int32Array(), 'indices');
  const point = points.findIndex(
    (values, i) => crcs[i] !== notKept && traceCrc(values, i === last ? 'logits' : 'indices') !== crcs[i],
  );
  const expected = points[point];
  if (expected === undefined) return undefined;
  const stage = point === 0 ? 'input' : (network.stages[point - 1]?.name ?? 'input');
  const got = await device.traceStage(picture, point, expected.length);
  const place = firstDifference(expected, got);
  return place === undefined
    ? {
        stage,
        index: 0,
        expected: expected[0] ?? 0,
        got: got[0] ?? 0,
        note: 'the device computed this stage differently a moment ago: it does not compute the same twice',
      }
    : { stage, ...place, note: null };
}

/**
 * Proves the device's own table of pixel bytes, all 256 entries of it: packed pictures arrive as activation indices and
 * never pass through it. The first entry that differs, or undefined.
 */
export async function checkInputTable(network: TableNetwork, device: Device): Promise<Mismatch | undefined> {
  const { table } = network.input;
  const pixels = elements(network.input.shape);
  for (let first = 0; first < table.length; first += pixels) {
    const picture = Uint8Array.from({ length: pixels }, (_, i) => (first + i) % table.length);
    const expected = Int32Array.from(picture, (byte) => table[byte] ?? 0);
    const [crc] = await device.trace(picture);
    if (crc === traceCrc(expected, 'indices')) continue;
    const place = firstDifference(expected, await device.traceStage(picture, 0, pixels));
    const entry = place === undefined ? first : (picture[place.index] ?? 0);
    return {
      image: null,
      stage: 'input',
      index: entry,
      expected: place?.expected ?? table[entry] ?? 0,
      got: place?.got ?? -1,
      note: `the device's input table is wrong at pixel byte ${entry}`,
    };
  }
  return undefined;
}

/** What an inference itself shows: the first logit that differs, or the label. */
export function differenceOf(network: TableNetwork, expected: Interpretation, got: Inference): Place {
  const place = firstDifference(expected.logits, got.logits);
  return place === undefined
    ? {
        stage: 'label',
        index: 0,
        expected: expected.label,
        got: got.label,
        note: 'the logits are the same, the label is not that of the first largest',
      }
    : { stage: network.stages.at(-1)?.name ?? 'input', ...place, note: null };
}

function firstDifference(
  expected: Int32Array,
  got: Int32Array,
): { readonly index: number; readonly expected: number; readonly got: number } | undefined {
  const index = expected.findIndex((value, i) => value !== got[i]);
  return index < 0 ? undefined : { index, expected: expected[index] ?? 0, got: got[index] ?? 0 };
}
