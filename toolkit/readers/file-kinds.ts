/** What a model file is, told by its content: names are no proof. */
export type FileKind = 'hdf5' | 'zip' | 'tflite' | 'tfjs-layers' | 'tfjs-graph' | 'onnx' | 'json' | 'unknown';

const HDF5 = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const ZIP = [0x50, 0x4b, 0x03, 0x04];
const TFLITE = [0x54, 0x46, 0x4c, 0x33];

const has = (bytes: Uint8Array, mark: readonly number[], at = 0): boolean =>
  mark.every((byte, i) => bytes[at + i] === byte);

/** An HDF5 file may begin with anything else of 512, 1024, 2048, ... bytes; Keras writes none such. */
export const isHdf5 = (bytes: Uint8Array): boolean => has(bytes, HDF5);

export function fileKind(bytes: Uint8Array): FileKind {
  if (isHdf5(bytes)) return 'hdf5';
  if (has(bytes, ZIP)) return 'zip';
  if (has(bytes, TFLITE, 4)) return 'tflite';
  if (startsAsJson(bytes)) return jsonKind(bytes);
  // The first field of an ONNX model is its version, a small number.
  if (bytes[0] === 0x08 && (bytes[1] ?? 0) > 0 && (bytes[1] ?? 0) < 0x80) return 'onnx';
  return 'unknown';
}

function startsAsJson(bytes: Uint8Array): boolean {
  const mark = bytes.find((byte, i) => !(byte <= 0x20 || (i < 3 && byte >= 0xbb)));
  return mark === 0x7b;
}

/** The keys of the outermost object tell; the readers check the rest. */
function jsonKind(bytes: Uint8Array): FileKind {
  const { buffer, byteOffset, byteLength } = bytes;
  const text = Buffer.from(buffer, byteOffset, byteLength);
  // A table network may have "modelTopology" for a label.
  if (text.subarray(0, HEAD).includes('"tablize/')) return 'json';
  if (!text.includes('"modelTopology"')) return 'json';
  return /"format"\s*:\s*"graph-model"/.test(text.subarray(0, HEAD).toString('latin1')) ||
    /"format"\s*:\s*"graph-model"/.test(text.subarray(-HEAD).toString('latin1'))
    ? 'tfjs-graph'
    : 'tfjs-layers';
}

const HEAD = 4096;
