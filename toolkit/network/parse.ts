import { InputError } from '../errors.js';
import { analyse } from './analyse.js';
import { FORMAT, STAGE_KINDS, tableNetworkSchema, type TableNetwork } from './table-network.js';

/**
 * Reads a TableNetwork from JSON text and checks all its invariants.
 * `where` names the source in errors. Throws InputError for anything that is not a valid network.
 */
export function parseNetwork(text: string, where: string): TableNetwork {
  return checkNetwork(parseJson(text, where), where);
}

/** Checks an unknown value; see `parseNetwork`. */
export function checkNetwork(value: unknown, where: string): TableNetwork {
  const format = typeof value === 'object' && value !== null && 'format' in value ? value.format : undefined;
  if (format !== FORMAT) {
    const found =
      typeof format === 'string' ? `its format is "${format.slice(0, 80)}"` : 'it has no "format"';
    throw new InputError(`not a TableNetwork: ${found}, expected "${FORMAT}"`, {
      where,
      next: 'make one with `tablize train` or `tablize quantize`',
    });
  }
  const parsed = tableNetworkSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = describePath(value, issue?.path ?? []);
    throw new InputError(`${path}: ${unknownKind(value, issue?.path ?? []) ?? issue?.message ?? 'invalid'}`, {
      where,
      next: 'make the network again with this version of tablize, or correct it (docs/table-network.md)',
    });
  }
  try {
    analyse(parsed.data);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.message, {
      where: [where, error.where].filter(Boolean).join(', '),
      ...(error.next === undefined ? {} : { next: error.next }),
    });
  }
  return parsed.data;
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const whole = text.trim();
    const truncated = whole.startsWith('{') && !whole.endsWith('}');
    throw new InputError(
      truncated ? 'the JSON ends too early: the file is cut short' : `not JSON: ${(cause as Error).message}`,
      {
        where,
        next: 'copy the file again, or make it anew',
        cause,
      },
    );
  }
}

/** A path for people: the stage by its name where there is one. */
function describePath(value: unknown, path: readonly PropertyKey[]): string {
  const [first, position, ...rest] = path;
  if (first === 'stages' && typeof position === 'number') {
    const stages = (value as { stages: readonly unknown[] }).stages;
    const stage = stages[position];
    const name =
      typeof stage === 'object' && stage !== null && 'name' in stage && typeof stage.name === 'string'
        ? `"${stage.name}"`
        : `${position}`;
    return ['stage ' + name, ...rest.map(String)].join('.');
  }
  return path.map(String).join('.') || 'the network';
}

/** For a stage of a kind that there is not: what was found, and what there is. */
function unknownKind(value: unknown, path: readonly PropertyKey[]): string | undefined {
  const [first, position, field] = path;
  if (first !== 'stages' || typeof position !== 'number' || field !== 'kind') return undefined;
  const stage = (value as { stages: readonly { kind?: unknown }[] }).stages[position];
  const found =
    typeof stage?.kind === 'string' ? `stage kind "${stage.kind.slice(0, 60)}"` : 'stage without a kind';
  return `there is no ${found}; there are ${STAGE_KINDS.join(', ')}`;
}
