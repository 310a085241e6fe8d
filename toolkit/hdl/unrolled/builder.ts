import {
  bitOf,
  countBits,
  FALSE,
  gateInputs,
  isConstant,
  outputBits,
  TRUE,
  type Circuit,
  type Gate,
  type Literal,
} from './circuit.js';

/** Adds gates to a circuit. Equal gates are built once; what is constant or does not matter is not built. */
export interface Builder {
  readonly lookup: (inputs: readonly Literal[], table: (index: number) => boolean) => Literal;
  readonly count: (inputs: readonly Literal[]) => readonly Literal[];
  readonly add: (a: readonly Literal[], b: readonly Literal[]) => readonly Literal[];
  readonly atLeast: (a: readonly Literal[], least: number) => Literal;
  /** Gates from here on belong to this cell. */
  readonly own: (cell: number) => void;
  readonly finish: (outputs: readonly Literal[]) => Circuit;
}

/** A gate without its place: what is left to choose when it is added. */
type Draft = Gate extends infer G ? (G extends Gate ? Omit<G, 'first'> : never) : never;

export function circuitBuilder(inputs: number): Builder {
  const gates: Gate[] = [];
  const owners: number[] = [];
  const known = new Map<string, number>();
  let next = inputs + 1;
  let owner = 0;

  const place = (draft: Draft, key: string): number => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const gate = { ...draft, first: next } as Gate;
    gates.push(gate);
    owners.push(owner);
    known.set(key, next);
    next += outputBits(gate);
    return gate.first;
  };

  const lookup: Builder['lookup'] = (given, table) => {
    // Complements go into the table; then inputs that are constant, equal or without influence go.
    const bits = [...new Set(given.filter((one) => !isConstant(one)).map(bitOf))].sort((a, b) => a - b);
    const full = Array.from({ length: 2 ** bits.length }, (_, index) => {
      const value = (one: Literal): number =>
        isConstant(one) ? one : ((index >> bits.indexOf(bitOf(one))) & 1) ^ (one & 1);
      return table(given.reduce((sum, one, k) => sum + value(one) * 2 ** k, 0));
    });
    const matters = bits.map((_, k) => full.some((value, index) => value !== full[index ^ (1 << k)]));
    const used = bits.filter((_, k) => matters[k]);
    const spread = (index: number): number => {
      let from = 0;
      return bits.reduce((sum, _, k) => (matters[k] ? sum + (((index >> from++) & 1) << k) : sum), 0);
    };
    const values = Array.from({ length: 2 ** used.length }, (_, index) => full[spread(index)] ?? false);
    if (used.length === 0) return values[0] === true ? TRUE : FALSE;
    if (used.length === 1) return 2 * (used[0] ?? 0) + (values[1] === true ? 0 : 1);
    // Of a table and its complement one is built: the one that gives 0 for all zeros.
    const inverted = values[0] === true;
    const stored = inverted ? values.map((value) => !value) : values;
    const key = `lookup ${used.join()} ${stored.map(Number).join('')}`;
    const literals = used.map((bit) => 2 * bit);
    return 2 * place({ kind: 'lookup', inputs: literals, table: stored }, key) + Number(inverted);
  };

  const count: Builder['count'] = (given) => {
    const sorted = [...given].sort((a, b) => a - b);
    const first = place({ kind: 'count', inputs: sorted }, `count ${sorted.join()}`);
    return Array.from({ length: countBits(given.length) }, (_, k) => 2 * (first + k));
  };

  const add: Builder['add'] = (a, b) => {
    const first = place({ kind: 'add', a, b }, `add ${a.join()} ${b.join()}`);
    return Array.from({ length: a.length + 1 }, (_, k) => 2 * (first + k));
  };

  const atLeast: Builder['atLeast'] = (a, least) => {
    if (least <= 0) return TRUE;
    if (least >= 2 ** a.length) return FALSE;
    return 2 * place({ kind: 'atLeast', a, least }, `atLeast ${a.join()} ${least}`);
  };

  return {
    lookup,
    count,
    add,
    atLeast,
    own: (cell) => {
      owner = cell;
    },
    finish: (outputs) => withoutUnread({ inputs, gates, outputs, owners }),
  };
}

/** Leaves out the gates that no output depends on. Bits keep their numbers. */
function withoutUnread({ inputs, gates, outputs, owners }: Circuit): Circuit {
  const read = new Set(outputs.map(bitOf));
  const kept: Gate[] = [];
  const keptOwners: number[] = [];
  for (let i = gates.length - 1; i >= 0; i--) {
    const gate = gates[i];
    if (gate === undefined) continue;
    const made = Array.from({ length: outputBits(gate) }, (_, k) => gate.first + k);
    if (!made.some((bit) => read.has(bit))) continue;
    for (const literal of gateInputs(gate)) read.add(bitOf(literal));
    kept.push(gate);
    keptOwners.push(owners[i] ?? 0);
  }
  return { inputs, gates: kept.reverse(), outputs, owners: keptOwners.reverse() };
}
