// Made by `npm run tune`.

/** What each kind of work of a kernel costs on a core: instructions, or cycles for the RP2040 and the ATmega328P. */
export const COSTS: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>> = {
  m3: {
    lookup: {
      product: 8.676,
      output: 31.462,
      threshold: 3.47,
      'patch cell': 11.31,
      position: 117.148,
      'depthwise product': 4.204,
      'pooled cell': 2.141,
      'pool output': 0,
      'averaged cell': 0.247,
      addend: 11.783,
    },
    pairs: {
      'scanned input': 7.121,
      'active input': 4.938,
      'input of a tile': 18.06,
      tile: 0,
      output: 24.856,
      halving: 9.443,
      position: 197.563,
    },
    'level-sums': {
      place: 11.286,
      run: 42.875,
      block: 0,
      word: 31.096,
      weighing: 0.848,
      output: 0,
      halving: 17.609,
      'packed word': 4.781,
      'packed pass': 96.495,
      'packed line': 110.262,
    },
  },
};
