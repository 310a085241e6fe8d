import { InvalidArgumentError } from 'commander';
import { CORE_NAMES, FORMATS, type CoreName, type Format } from '../export/index.js';
import { nearestName } from '../nearest.js';

/** Parser of one of some names; says which is nearest to another. */
function oneOf<Name extends string>(names: readonly Name[]): (text: string) => Name {
  return (text) => {
    const found = names.find((name) => name === text);
    if (found !== undefined) return found;
    const nearest = nearestName(text, names);
    throw new InvalidArgumentError(
      `expected one of ${names.join(', ')}${nearest === null ? '' : `; did you mean ${nearest}?`}`,
    );
  };
}

export const exportFormat: (text: string) => Format = oneOf(FORMATS);

export const coreName: (text: string) => CoreName = oneOf(CORE_NAMES);

/** One line with something in it, that package managers take: "Arduino" at its beginning they keep for themselves. */
export function author(text: string): string {
  if (/^\P{Cc}*$/u.test(text) && text.trim() !== '' && !/^\s*arduino/i.test(text)) return text.trim();
  throw new InvalidArgumentError(
    'expected a name on one line that does not begin with "Arduino", such as "Ann Example <ann@example.com>".',
  );
}

/** An address of a web page. */
export function webPage(text: string): string {
  if (/^https?:\/\/[!-~]+$/.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('expected the address of a page, such as https://example.com/net.');
}
