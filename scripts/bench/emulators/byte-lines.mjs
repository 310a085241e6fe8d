// Bytes to lines.

/** @param {(line: string) => boolean} onLine - gets each line until it returns false */
export function byteLines(onLine) {
  let line = '';
  let wanted = true;
  return {
    wanted: () => wanted,
    /** @param {number} byte */
    put(byte) {
      const text = String.fromCharCode(byte);
      if (text !== '\n') {
        line += text;
        return;
      }
      wanted = wanted && onLine(line);
      line = '';
    },
  };
}
