/**
 * Widths of text are estimated, since a picture must not depend on the fonts of the machine that draws it. Estimates are
 * on the large side, as sans-serif fonts differ.
 */
const NARROW = new Set('iljtfrI.,:;\'|!()[]{}/ -`"');
const WIDE = new Set('mwMW@%&');

/** Estimated width of one character, in units of the font size. */
function characterWidth(character: string): number {
  if (NARROW.has(character) || /\s/.test(character)) return 0.34;
  if (WIDE.has(character)) return 0.9;
  const code = character.codePointAt(0) ?? 0;
  // Characters that XML cannot have are drawn as a wide replacement.
  if (code >= 0x2e80 || code < 0x20) return 1.05;
  return /[A-Z]/.test(character) || code > 0x7e ? 0.72 : 0.58;
}

/** Estimated width in pixels of a text in a font of `size` pixels. */
export function textWidth(text: string, size: number): number {
  return Array.from(text).reduce((sum, character) => sum + characterWidth(character), 0) * size;
}

/** The text, or as much of its beginning as fits `width` pixels, with an ellipsis. */
export function ellipsis(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  const characters = Array.from(text);
  while (characters.length > 0 && textWidth(`${characters.join('')}…`, size) > width) characters.pop();
  return `${characters.join('').trimEnd()}…`;
}

/** Breaks a text between words into lines of at most `width` pixels; at most `most` of them. What cannot fit ends in an ellipsis. */
export function wrap(text: string, size: number, width: number, most: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || textWidth(longer, size) <= width || lines.length === most - 1) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line].map((one) => ellipsis(one, size, width));
}
