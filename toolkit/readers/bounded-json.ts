import { InputError } from '../errors.js';

const LONGEST = 64 * 2 ** 20;
/** Configurations of models within models are a few dozen deep. */
const DEEPEST = 200;

/**
 * Parses JSON from a file that may be anything.
 *
 * @throws InputError if it is no JSON, too long, or nested too deeply.
 */
export function parseBoundedJson(text: string, where: string): unknown {
  if (text.length > LONGEST) throw bad(`it is longer than ${LONGEST} characters`, where);
  if (depthOf(text) > DEEPEST) throw bad(`it is nested more than ${DEEPEST} deep`, where);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw bad('it is damaged or cut short', where, cause);
  }
}

/** The deepest nesting of lists and objects. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (quoted) {
      if (c === 0x5c) i++;
      else quoted = c !== 0x22;
    } else if (c === 0x22) quoted = true;
    else if (c === 0x7b || c === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (c === 0x7d || c === 0x5d) depth--;
  }
  return deepest;
}

const bad = (why: string, where: string, cause?: unknown): InputError =>
  new InputError(`the JSON cannot be read: ${why}`, {
    where,
    next: 'Export the model again, and copy the whole file.',
    ...(cause === undefined ? {} : { cause }),
  });
