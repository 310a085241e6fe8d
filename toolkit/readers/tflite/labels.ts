import { unzipSync } from 'fflate';

/** Far more than any list of labels has. */
const MOST_BYTES = 2 ** 20;
const MOST_FILES = 64;

/**
 * The labels that TensorFlow Lite's metadata packs behind the network, as a zip archive with one text file, a label
 * per line; null if there is none with one label per output.
 */
export function readLabels(bytes: Uint8Array, outputs: number): readonly string[] | null {
  for (const file of textFiles(bytes)) {
    const lines = new TextDecoder().decode(file).split(/\r?\n/);
    const labels = (lines.at(-1) === '' ? lines.slice(0, -1) : lines).map((line) => line.trim());
    if (labels.length === outputs && labels.every((label) => label !== '')) return labels;
  }
  return null;
}

function textFiles(bytes: Uint8Array): readonly Uint8Array[] {
  try {
    let left = MOST_BYTES;
    let seen = 0;
    const files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        // The number of files that a damaged archive claims to have is believed otherwise.
        seen += 1;
        if (seen > MOST_FILES) throw new RangeError('too many files');
        if (!name.toLowerCase().endsWith('.txt') || originalSize > left) return false;
        left -= originalSize;
        return true;
      },
    });
    return Object.values(files);
  } catch {
    // Most files have no archive at their end.
    return [];
  }
}
