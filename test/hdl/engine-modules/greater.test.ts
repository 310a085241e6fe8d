import { expect, it } from 'vitest';
import { describeWithTool } from '../../support/tools.js';
import { runBench } from '../bench.js';
import { range } from '../words.js';

describeWithTool(['iverilog', 'vvp'], 'the comparison of indices', () => {
  it.each([1, 2, 3, 5])('is right for all pairs of %i bits', (width) => {
    const numbers = range(2 ** width);
    expect(runBench('engine-modules/greater_bench', { WIDTH: width })).toEqual(
      numbers.flatMap((a) => numbers.map((b) => `${a} ${b} ${Number(a > b)}`)),
    );
  });
});
