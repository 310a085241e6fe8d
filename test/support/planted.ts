import { expect } from 'vitest';
import type { Device } from '../../toolkit/device/index.js';
import { createInterpreter, productTableOf, type TableNetwork } from '../../toolkit/network/index.js';
import { verify, type Mismatch, type Verification } from '../../toolkit/verify/index.js';

/** What `verify` should find of a device that runs `runs` where the reference is `network`. */
export interface Difference {
  readonly labels: number;
  readonly logits: number;
  /** Of the first picture whose logits differ: the first place of the first trace point that differs. */
  readonly first: Mismatch;
}

/** By the interpreter alone; undefined when all pictures give the same logits. */
export function differenceBetween(
  network: TableNetwork,
  runs: TableNetwork,
  pictures: readonly Uint8Array[],
): Difference | undefined {
  const [one, other] = [createInterpreter(network), createInterpreter(runs)];
  const pairs = pictures.map((picture) => ({
    expected: one.infer(picture, { trace: true }),
    got: other.infer(picture, { trace: true }),
  }));
  const differs = (a: Int32Array, b: Int32Array): boolean => a.some((value, i) => value !== b[i]);
  const wrong = pairs.map(({ expected, got }) => differs(expected.logits, got.logits));
  const image = wrong.indexOf(true);
  const [expected, got] = [pairs[image]?.expected.trace ?? [], pairs[image]?.got.trace ?? []];
  const point = expected.findIndex((values, i) => differs(values, got[i] ?? values));
  const index = expected[point]?.findIndex((value, i) => value !== got[point]?.[i]) ?? -1;
  if (index < 0) return undefined;
  return {
    labels: pairs.filter((pair) => pair.expected.label !== pair.got.label).length,
    logits: wrong.filter(Boolean).length,
    first: {
      image,
      stage: point === 0 ? 'input' : (network.stages[point - 1]?.name ?? ''),
      index,
      expected: expected[point]?.[index] ?? 0,
      got: got[point]?.[index] ?? 0,
      note: null,
    },
  };
}

/** The network with one weight changed, before its last stage where there is one: the first change that these pictures show. */
export function withOneWeightChanged(network: TableNetwork, pictures: readonly Uint8Array[]): TableNetwork {
  const weighted = network.stages.filter((stage) => 'weights' in stage);
  for (const stage of [...weighted.slice(0, -1), ...weighted.slice(-1)]) {
    const { weights } = productTableOf(network, stage);
    for (let at = stage.weights.length >> 1; at < stage.weights.length; at++) {
      const changed: TableNetwork = {
        ...network,
        stages: network.stages.map((each) =>
          each === stage
            ? { ...stage, weights: stage.weights.with(at, ((stage.weights[at] ?? 0) + 1) % weights) }
            : each,
        ),
      };
      if (differenceBetween(changed, network, pictures) !== undefined) return changed;
    }
  }
  throw new Error('no change of a weight shows');
}

/**
 * Verifies a device that runs `runs` against a reference with one other weight, and expects that `verify` tells the picture, the stage and
 * the index where they part, as the interpreter does; of a device without TRACE, that the stage is not known.
 */
export async function expectLocated(
  device: Device,
  runs: TableNetwork,
  pictures: readonly Uint8Array[],
  { knowsTrace = true }: { readonly knowsTrace?: boolean } = {},
): Promise<Verification> {
  const network = withOneWeightChanged(runs, pictures);
  const difference = differenceBetween(network, runs, pictures);
  const result = await verify({ network, device, data: { images: Buffer.concat(pictures), labels: null } });
  expect(result).toMatchObject({ images: pictures.length, stopped: null });
  expect(result.mismatches).toEqual({ labels: difference?.labels, logits: difference?.logits });
  if (knowsTrace) expect(result.firstMismatch).toEqual(difference?.first);
  else {
    expect(result.firstMismatch?.image).toBe(difference?.first.image);
    expect(result.firstMismatch?.stage).toBe(network.stages.at(-1)?.name);
    expect(result.firstMismatch?.note).toBe('the stage is not known: this device answers no TRACE');
  }
  return result;
}
