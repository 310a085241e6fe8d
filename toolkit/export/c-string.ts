/**
 * A text as a C string literal, whatever is in it: UTF-8 bytes beyond ASCII and control characters by their number, and no trigraphs.
 */
export function cString(text: string): string {
  const characters = Array.from(Buffer.from(text, 'utf8'), (byte) => {
    const character = String.fromCharCode(byte);
    if (byte < 0x20 || byte > 0x7e) return `\\${byte.toString(8).padStart(3, '0')}`;
    return /["\\?]/.test(character) ? `\\${character}` : character;
  });
  return `"${characters.join('')}"`;
}

/** Bytes of a text in C, with the zero at its end. */
export function cStringBytes(text: string): number {
  return Buffer.byteLength(text, 'utf8') + 1;
}
