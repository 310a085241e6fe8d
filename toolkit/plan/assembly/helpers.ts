import { HARMLESS, type Effect } from './architecture.js';

/**
 * Functions of the compilers' own libraries (libgcc, compiler-rt, the ARM run-time ABI) by what they do.
 * Sources: gcc internals "The GCC low-level runtime library", Arm RTABI32 section 4, libgcc/config/avr/t-avr.
 */
const INTEGER = '(?:qi|hi|psi|si|di|ti)';
const FLOAT = '(?:hf|bf|sf|df|xf|tf|kf)';

const MULTIPLIES = [
  // Integer, widening, overflow-checked and fixed-point products: __mulsi3, __umulhisi3, __mulodi4, __mulha3 ...
  /^__(?:s|u|us|su)?mul[a-z]+[0-9]?$/,
  /^__(?:us|ss)?mul[a-z]+[0-9]$/,
  /^__aeabi_lmul$/,
  /^__aeabi_[fd]mul$/,
  /^__pow[a-z]+[0-9]$/,
];

const FLOATS = [
  new RegExp(`^__(?:add|sub|mul|div|neg|pow|powi|cmp|eq|ne|lt|le|gt|ge|unord)${FLOAT}[a-z]*[0-9]?$`),
  new RegExp(`^__float(?:un)?${INTEGER}${FLOAT}$`),
  new RegExp(`^__fix(?:uns)?${FLOAT}${INTEGER}$`),
  new RegExp(`^__(?:extend|trunc)${FLOAT}${FLOAT}2?$`),
  /^__(?:mul|div)[sdxt]c3$/,
  /^__gnu_[fhd]2[fhd]_\w+$/,
  // __aeabi_fadd, __aeabi_dcmpeq, __aeabi_cfcmple, __aeabi_f2iz, __aeabi_ui2d ...
  /^__aeabi_[fd](?:add|sub|rsub|mul|div|neg|cmp\w+)$/,
  /^__aeabi_c[fdr]+cmp\w+$/,
  /^__aeabi_(?:[fdh]2\w+|u?[il]2[fdh])$/,
];

const DIVIDES = [
  new RegExp(`^__u?(?:div|mod|divmod)${INTEGER}[34]$`),
  new RegExp(`^__(?:div|mod|udiv|umod|divmod|udivmod)${FLOAT}?[a-z]*[0-9]$`),
  /^__aeabi_u?[il]div(?:mod|0)?$/,
  /^__aeabi_[fd]div$/,
];

/** Copying, shifting, comparing, counting bits, switch tables and saving registers: nothing that multiplies. */
const KNOWN_HARMLESS = [
  /^(?:mem(?:cpy|move|set|cmp)|bzero|__mem(?:cpy|move|set)_chk|__stack_chk_fail)$/,
  /^__aeabi_mem(?:cpy|move|set|clr)[48]?$/,
  /^__aeabi_(?:llsl|llsr|lasr|lcmp|ulcmp)$/,
  new RegExp(`^__(?:ashl|ashr|lshr|rotl|rotr|add|sub|neg)${INTEGER}[23](?:_s8)?$`),
  new RegExp(`^__(?:u?cmp|clz|ctz|ffs|popcount|parity|bswap|abs|clrsb)${INTEGER}2(?:_s8)?$`),
  /^__gnu_thumb1_case_\w+$/,
  /^__tablejump(?:2|_elpm)?_*$/,
  /^__(?:prologue_saves|epilogue_restores)__$/,
  /^__x?load_[1-4]$/,
];

const matches = (patterns: readonly RegExp[], name: string): boolean =>
  patterns.some((pattern) => pattern.test(name));

/** What a library function does; null for a name that is none of the compilers' libraries. */
export function helperEffect(symbol: string): Effect | null {
  // Apple puts an underscore before every C name.
  const name = symbol.startsWith('___') ? symbol.slice(1) : symbol;
  const effect = {
    multiplies: matches(MULTIPLIES, name),
    floats: matches(FLOATS, name),
    divides: matches(DIVIDES, name),
  };
  if (effect.multiplies || effect.floats || effect.divides) return effect;
  return matches(KNOWN_HARMLESS, name.replace(/^_(?=mem|bzero)/, '')) ? HARMLESS : null;
}
