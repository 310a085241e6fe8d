/** Markup is text that is an SVG element already; everything that comes from outside becomes so by `textElement` or an attribute alone. */
export type Markup = string;

export type Attributes = Readonly<Record<string, string | number>>;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Text as XML holds it. Line breaks and tabs become spaces; characters that XML cannot have become the replacement character. */
export function escapeXml(text: string): string {
  return text
    .replace(/[\t\n\r]+/g, ' ')
    .replace(/[^\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(/[&<>"]/g, (character) => ESCAPES[character] ?? '');
}

/** A coordinate in pixels, to the hundredth, without trailing zeros: the same text on every machine. */
export function pixels(value: number): string {
  return `${Number(value.toFixed(2)) + 0}`;
}

/** An element on one line, or with its children on lines of their own. Numbers are coordinates. */
export function element(name: string, attributes: Attributes, children: readonly Markup[] = []): Markup {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === 'number' ? pixels(value) : escapeXml(value)}"`,
  );
  const open = `<${name}${written.join('')}`;
  return children.length === 0 ? `${open}/>` : `${open}>\n${children.join('\n')}\n</${name}>`;
}

/** An element that holds text and nothing else. */
export function textElement(name: string, attributes: Attributes, content: string): Markup {
  const empty = element(name, attributes);
  return `${empty.slice(0, -2)}>${escapeXml(content)}</${name}>`;
}
