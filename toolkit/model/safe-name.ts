/** Room is left for a number that makes it unique. */
const LONGEST = 40;

/** The nearest name that `nameSchema` allows: lower-case letters and digits, joined by single dashes. */
export function safeName(text: string, otherwise: string): string {
  const words = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, LONGEST)
    .replace(/-$/, '');
  return words === '' ? otherwise : words;
}

/** A safe name for each of some different texts, all different and none of them in `taken`. */
export function safeNames(texts: readonly string[], taken: readonly string[]): ReadonlyMap<string, string> {
  const used = new Set(taken);
  return new Map(texts.map((text) => [text, uniqueName(safeName(text, 'stage'), used)]));
}

/** `name`, or `name-2`, `name-3`, ... if that is in `used`, to which the answer is added. */
export function uniqueName(name: string, used: Set<string>): string {
  let unique = name;
  for (let n = 2; used.has(unique); n++) unique = `${name}-${n}`;
  used.add(unique);
  return unique;
}
