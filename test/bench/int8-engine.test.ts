import { expect, it } from 'vitest';
import { int8Library } from '../../scripts/bench/int8/int8-library.mjs';
import { elements } from '../../scripts/bench/int8/int8-network.mjs';
import { runOnHost } from '../../scripts/bench/run-on-host.mjs';
import { temporaryFolder } from '../support/temporary-folder.js';
import { describeWithTool } from '../support/tools.js';
import { naiveInt8 } from './naive-int8.js';
import { LAYERS, randomBytes, randomLayer } from './random-layers.js';

const PICTURES = 20;
const SANITIZED = ['-O0', '-fsanitize=undefined,address', '-fno-sanitize-recover=all'];

/** Ways to compile that cores without SIMD instructions choose between. */
const WAYS = [
  { title: 'several sums at once', oneSum: false, flags: [] },
  { title: 'one sum', oneSum: true, flags: ['-DINT8_ONE_SUM'], kinds: ['dense', 'convolution'] },
  {
    title: 'no multiplier',
    oneSum: false,
    flags: ['-DINT8_NO_MULTIPLIER'],
    kinds: ['pointwise convolution'],
  },
];

describeWithTool('gcc', 'the 8-bit engine of the bench is its naive reading', () => {
  for (const { title, oneSum, flags, kinds } of WAYS) {
    for (const [at, layer] of LAYERS.entries()) {
      if (kinds !== undefined && !kinds.includes(layer[0])) continue;
      it(`${layer[0]}, ${title}`, () => {
        const network = randomLayer(layer, at + 1);
        const pictures = Array.from({ length: PICTURES }, (_, i) =>
          randomBytes(elements(network.input.shape), 100 * at + i),
        );
        const answers = runOnHost(temporaryFolder('int8'), int8Library(network, oneSum), pictures, [
          ...SANITIZED,
          ...flags,
        ]);
        const expected = pictures.map((picture) => naiveInt8(network, picture));
        expect(new Set(expected.flat()).size).toBeGreaterThan(20);
        expect(answers.map(({ logits }) => logits)).toEqual(expected);
        expect(answers.map(({ label }) => label)).toEqual(
          expected.map((logits) => logits.indexOf(Math.max(...logits))),
        );
      });
    }
  }
});
