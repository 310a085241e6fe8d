import { readFileSync } from 'node:fs';
import ejs from 'ejs';

/**
 * Prints a view with an EJS template. Values are printed as they are: what a view holds is already C, Markdown
 * or a linker script. A value that the view lacks is a defect and throws, instead of printing nothing.
 */
export function renderTemplate(path: string, view: object): string {
  return renderText(readFileSync(path, 'utf8'), view, path);
}

/** `renderTemplate` for a template's text; `name` is for error messages. */
export function renderText(template: string, view: object, name: string): string {
  return ejs.render(template, view, { strict: true, localsName: 'view', escape: print, filename: name });
}

function print(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  throw new TypeError(`a template prints ${String(value)}: its view lacks a value`);
}

const VALUE = String.raw`[a-zA-Z_]\w*(\.[a-zA-Z_]\w*)*`;
const ALLOWED: readonly RegExp[] = [
  new RegExp(String.raw`^=\s*${VALUE}\s*-?$`),
  new RegExp(String.raw`^_?\s*for \(const [a-zA-Z_]\w* of ${VALUE}\) \{\s*[_-]?$`),
  new RegExp(String.raw`^_?\s*if \(${VALUE}\) \{\s*[_-]?$`),
  /^_?\s*\} else \{\s*[_-]?$/,
  /^_?\s*\}\s*[_-]?$/,
];

/**
 * Everything in a template that does more than print: templates may only print ready values, loop over ready lists
 * and ask ready booleans. Returns the offending tags.
 */
export function templateTrespasses(template: string): readonly string[] {
  return [...template.matchAll(/<%([\s\S]*?)%>/g)]
    .map(([, tag]) => tag ?? '')
    .filter((tag) => !ALLOWED.some((pattern) => pattern.test(tag)))
    .map((tag) => `<%${tag}%>`);
}
