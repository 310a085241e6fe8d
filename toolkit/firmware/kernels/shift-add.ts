/** One digit of a number in signed binary: sign x 2^shift. */
interface Digit {
  readonly sign: 1 | -1;
  readonly shift: number;
}

/** A positive integer in the form in which no two neighbouring digits differ from zero, lowest first. */
export function signedDigits(value: number): readonly Digit[] {
  const digits: Digit[] = [];
  for (let rest = value, shift = 0; rest > 0; rest = Math.floor(rest / 2), shift++) {
    if (rest % 2 === 0) continue;
    const sign = rest % 4 === 3 ? -1 : 1;
    digits.push({ sign, shift });
    rest -= sign;
  }
  return digits;
}

/** A sum of products with constants, as C without a multiplication. */
export interface ShiftAdd {
  /** Definitions of intermediate sums: a name and its expression each. */
  readonly sums: readonly { readonly name: string; readonly value: string }[];
  readonly result: string;
  /** Additions and subtractions, shifts. */
  readonly additions: number;
  readonly shifts: number;
}

interface Term {
  readonly sign: 1 | -1;
  readonly shift: number;
  readonly name: string;
}

/** `a + TABLIZE_SHL(b, 3) - c`, a positive term first where there is one. */
function expression(terms: readonly Term[]): string {
  const shifted = ({ shift, name }: Term): string => (shift === 0 ? name : `TABLIZE_SHL(${name}, ${shift})`);
  const sorted = [...terms].sort((x, y) => y.sign - x.sign);
  return sorted.reduce(
    (text, term, i) =>
      i === 0
        ? `${term.sign < 0 ? '-' : ''}${shifted(term)}`
        : `${text} ${term.sign < 0 ? '-' : '+'} ${shifted(term)}`,
    '',
  );
}

/**
 * sum over k of factors[k] x names[k], modulo the width of the type: what has the same odd part is added up first, then
 * multiplied once, digit by digit. `prefix` begins the names of intermediate sums. Factors are integers other than 0.
 */
export function shiftAdd(factors: readonly number[], names: readonly string[], prefix = 'times'): ShiftAdd {
  const groups = new Map<number, Term[]>();
  factors.forEach((factor, k) => {
    let odd = Math.abs(factor);
    let shift = 0;
    for (; odd % 2 === 0; odd /= 2) shift++;
    const term: Term = { sign: factor < 0 ? -1 : 1, shift, name: names[k] ?? '' };
    groups.set(odd, [...(groups.get(odd) ?? []), term]);
  });
  const sums: { name: string; value: string }[] = [];
  const all: Term[] = [];
  let additions = 0;
  let shifts = 0;
  for (const [odd, terms] of [...groups].sort(([a], [b]) => a - b)) {
    if (odd === 1) {
      all.push(...terms);
      continue;
    }
    const common = Math.min(...terms.map(({ shift }) => shift));
    const [first] = terms;
    const single = terms.length === 1 && first !== undefined;
    const name = single ? first.name : `${prefix}_${odd}`;
    const sign = single ? first.sign : 1;
    if (!single) {
      const inner = terms.map((term) => ({ ...term, shift: term.shift - common }));
      sums.push({ name, value: expression(inner) });
      additions += inner.length - 1;
      shifts += inner.filter(({ shift }) => shift > 0).length;
    }
    all.push(
      ...signedDigits(odd).map((digit): Term => ({
        sign: digit.sign === sign ? 1 : -1,
        shift: digit.shift + common,
        name,
      })),
    );
  }
  additions += all.length - 1;
  shifts += all.filter(({ shift }) => shift > 0).length;
  return { sums, result: expression(all), additions, shifts };
}

/**
 * The same as a chain from the highest digits down, which shifts the sum so far: for cores that shift one bit at a time. A definition
 * per digit position in use.
 */
export function horner(factors: readonly number[], names: readonly string[], prefix = 'sum'): ShiftAdd {
  const digits = factors.flatMap((factor, k) =>
    signedDigits(Math.abs(factor)).map(({ sign, shift }): Term => ({
      sign: factor < 0 === sign < 0 ? 1 : -1,
      shift,
      name: names[k] ?? '',
    })),
  );
  const positions = [...new Set(digits.map(({ shift }) => shift))].sort((a, b) => b - a);
  const sums: { name: string; value: string }[] = [];
  let above: Term | null = null;
  let shifts = 0;
  positions.forEach((position, k) => {
    const here = digits.filter(({ shift }) => shift === position).map((term) => ({ ...term, shift: 0 }));
    const gap = (positions[k - 1] ?? position) - position;
    const name = `${prefix}_${position}`;
    sums.push({ name, value: expression(above === null ? here : [{ ...above, shift: gap }, ...here]) });
    shifts += gap;
    above = { sign: 1, shift: 0, name };
  });
  const lowest = positions.at(-1) ?? 0;
  const last = sums.pop();
  const value = last?.value ?? '0';
  return {
    sums,
    result: lowest === 0 ? value : `TABLIZE_SHL(${value}, ${lowest})`,
    additions: digits.length - 1,
    shifts: shifts + lowest,
  };
}
