import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluateGraph, simplify } from '../../toolkit/graph/index.js';
import { evaluateFused, floatModelFromGraph, fuse, inputValues } from '../../toolkit/model/index.js';
import { randomGraph, randomPicture } from '../support/random-graph.js';

const options = { name: 'random', scale: 1 / 200, offset: -0.25 };

function expectNear(got: Float32Array, wanted: ArrayLike<number>): void {
  const range = Array.from(wanted).reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  expect(got).toHaveLength(wanted.length);
  got.forEach((value, i) => {
    expect(Math.abs(value - (wanted[i] ?? NaN)) / range).toBeLessThan(1e-4);
  });
}

test('a model gives what its graph gives, whatever the graph', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
      const made = randomGraph(seed);
      const { bytes, order } = randomPicture(made, seed);
      const read = order(Float32Array.from(bytes, (byte) => byte * options.scale + options.offset));
      const wanted = evaluateGraph(made.graph, new Map([['picture', read]]), [made.logits]).get(made.logits);
      const fused = fuse(floatModelFromGraph(made.graph, options));
      expectNear(evaluateFused(fused, inputValues(fused, bytes)), wanted?.values ?? []);
    }),
    { numRuns: 300 },
  );
});

test('what is simplified gives the same, and nothing is left to be done', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
      const made = randomGraph(seed);
      const { bytes } = randomPicture(made, seed);
      const read = new Map([['picture', Float32Array.from(bytes, (byte) => byte / 128 - 1)]]);
      const simple = simplify(made.graph);
      const [output = ''] = made.graph.outputs;
      const [simpleOutput = ''] = simple.outputs;
      const wanted = evaluateGraph(made.graph, read).get(output);
      const got = evaluateGraph(simple, read).get(simpleOutput);
      expect(got?.sizes).toEqual(wanted?.sizes);
      expectNear(Float32Array.from(got?.values ?? []), wanted?.values ?? []);
      expect(simplify(simple)).toEqual(simple);
    }),
    { numRuns: 200 },
  );
});
