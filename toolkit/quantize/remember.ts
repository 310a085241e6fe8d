/** The same function, which computes once for each key (compared as the keys of a Map are). */
export function remember<Arguments extends readonly unknown[], Result>(
  keyOf: (...given: Arguments) => unknown,
  make: (...given: Arguments) => Result,
): (...given: Arguments) => Result {
  const known = new Map<unknown, { readonly result: Result }>();
  return (...given) => {
    const key = keyOf(...given);
    const found = known.get(key) ?? { result: make(...given) };
    known.set(key, found);
    return found.result;
  };
}
