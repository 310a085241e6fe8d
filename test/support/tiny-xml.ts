/** An element of an XML document: enough of XML for the pictures that the toolkit draws. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Its own text, entities resolved. */
  readonly text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const TOKEN = /<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y;

function resolveEntities(text: string): string {
  return text.replace(/&(?:(\w+);)?/g, (whole, name: string | undefined) => {
    const character = ENTITIES[name ?? ''];
    if (character === undefined) throw new Error(`not an entity: ${whole}`);
    return character;
  });
}

/** Parses a document. Throws Error where tags are not balanced, attributes are repeated or characters are not allowed. */
export function parseXml(document: string): XmlElement {
  const forbidden = FORBIDDEN.exec(document);
  if (forbidden !== null) throw new Error(`a forbidden character at ${forbidden.index}`);
  interface Open {
    readonly name: string;
    readonly attributes: Record<string, string>;
    readonly children: XmlElement[];
    text: string;
  }
  const root: Open = { name: '', attributes: {}, children: [], text: '' };
  const open: Open[] = [root];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < document.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(document);
    if (match === null) throw new Error(`not XML at ${at}: ${document.slice(at, at + 60)}`);
    const [, closing, name = '', attributeText = '', empty, text] = match;
    const top = open.at(-1) ?? root;
    if (text !== undefined) {
      top.text += resolveEntities(text);
    } else if (closing === '/') {
      if (top.name !== name) throw new Error(`</${name}> closes <${top.name}>`);
      open.pop();
    } else {
      const attributes: Record<string, string> = {};
      for (const [, key = '', value = ''] of attributeText.matchAll(/([\w:-]+)="([^"]*)"/g)) {
        if (key in attributes) throw new Error(`<${name}> has ${key} twice`);
        attributes[key] = resolveEntities(value);
      }
      const element: Open = { name, attributes, children: [], text: '' };
      top.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  if (open.length !== 1) throw new Error(`<${open.at(-1)?.name ?? ''}> is not closed`);
  const [only, ...others] = root.children;
  if (only === undefined || others.length > 0) throw new Error('a document has one root');
  return only;
}

/** An element and all below it, in document order. */
export function descendants(element: XmlElement): readonly XmlElement[] {
  return [element, ...element.children.flatMap(descendants)];
}
