import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BuildError } from '../../toolkit/errors.js';
import { below, uniform, withStages, type Candidate } from '../../toolkit/search/ladder.js';
import { searchLevels, type SearchResult } from '../../toolkit/search/search-levels.js';
import { shrinkStages } from '../../toolkit/search/shrink-stages.js';
import { fits, meets, type Budget, type Trial } from '../../toolkit/search/trial.js';
import { unmetError } from '../../toolkit/search/unmet.js';
import { seeded } from '../support/random.js';
import { madeUp, SMALL_LADDER, type MadeUp } from './made-up.js';

const ladder = SMALL_LADDER;
const least = uniform({ activations: 4, weights: 3 });
const most = uniform({ activations: 13, weights: 11 });
const shapes = fc.constantFrom(['a'], ['a', 'b'], ['a', 'b', 'b'], ['a', 'a', 'b', 'c', 'c']);

/** Every candidate that is one step down the ladder, tensors and weights each. */
function stepsDown({ tables }: MadeUp, candidate: Candidate): Candidate[] {
  const sizes = tables.sizes(candidate);
  return tables.stages.flatMap((stage) =>
    (['activations', 'weights'] as const).flatMap((part) => {
      const together =
        part === 'weights' ? [stage] : tables.stages.filter(({ reads }) => reads === stage.reads);
      const lower = together.map(({ name }) => {
        const size = sizes.get(name) ?? candidate;
        return [name, { ...size, [part]: below(ladder[part], size[part]) ?? size[part] }] as const;
      });
      const next = withStages(candidate, new Map(lower));
      return [...tables.sizes(next)].some(([name, size]) => size[part] < (sizes.get(name)?.[part] ?? 0))
        ? [next]
        : [];
    }),
  );
}

describe('shrinking single stages', () => {
  test('keeps what is asked and stops where no single step is allowed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        shapes,
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (seed, reads, at) => {
          const network = madeUp(seed, reads);
          const { trialOf, tables } = network;
          const start = trialOf(most);
          const limit = start.drop + at * (trialOf(least).drop - start.drop);
          const allowed = (trial: Trial): boolean => trial.drop <= limit;
          const found = await shrinkStages(start, {
            ladder,
            tables,
            look: (candidate) => Promise.resolve(trialOf(candidate)),
            room: () => 1,
            measure: 'entries',
            allowed,
            enough: () => false,
          });
          expect(allowed(found)).toBe(true);
          expect(found.entries).toBeLessThanOrEqual(start.entries);
          for (const next of stepsDown(network, found.candidate)) expect(allowed(trialOf(next))).toBe(false);
        },
      ),
    );
  });

  test('tries no more than there is room for, and nothing once it is enough', async () => {
    const { trialOf, tables } = madeUp(3);
    const run = async (most_: number, enough: (trial: Trial) => boolean): Promise<number> => {
      let tried = 0;
      await shrinkStages(trialOf(most), {
        ladder,
        tables,
        look: (candidate) => {
          tried++;
          return Promise.resolve(trialOf(candidate));
        },
        room: () => most_ - tried,
        measure: 'entries',
        allowed: () => true,
        enough,
      });
      return tried;
    };
    expect(await run(4, () => false)).toBe(4);
    expect(await run(1000, () => false)).toBeGreaterThan(10);
    expect(await run(1000, () => true)).toBe(0);
  });

  test('takes the step first that saves most per point', async () => {
    const { trialOf, tables } = madeUp(5, ['a', 'b']);
    const order: string[] = [];
    // Weights of s1 lose nothing, all else is not allowed.
    const cheap = ({ stages }: Candidate): boolean =>
      [...stages].every(([name, counts]) => name === 's1' && counts.activations === 13);
    const found = await shrinkStages(trialOf(most), {
      ladder,
      tables,
      look: (candidate) => {
        order.push(candidate.stages.size === 0 ? '' : [...candidate.stages.keys()].join());
        return Promise.resolve({ ...trialOf(candidate), drop: cheap(candidate) ? 0 : 5 });
      },
      room: () => 100,
      measure: 'entries',
      allowed: ({ drop }) => drop < 1,
      enough: () => false,
    });
    expect(found.text).toBe('13x11,s1=13x3');
    // Four steps that were looked at; then s1 alone, from 11 weights down to 3.
    expect(order).toHaveLength(4 + 4);
  });
});

/** Runs a search on a made-up network; what is not measured on all pictures is off by up to `noise` points. */
function run(
  network: MadeUp,
  budget: Budget,
  noise = 0,
  mostTrials = 150,
): Promise<SearchResult> & { readonly count: () => number } {
  let count = 0;
  const evaluate = (candidate: Candidate, thorough: boolean): Promise<Trial> => {
    count++;
    const trial = network.trialOf(candidate);
    const off = thorough ? 0 : (seeded(trial.text.length * 7919 + trial.entries)() - 0.5) * 2 * noise;
    return Promise.resolve({ ...trial, drop: trial.drop + off, final: thorough });
  };
  const result = searchLevels(budget, { tables: network.tables, evaluate, ladder, mostTrials });
  return Object.assign(result, { count: () => count });
}

const budgetAt = (network: MadeUp, flashAt: number | null, dropAt: number | null): Budget => {
  const [small, large] = [network.trialOf(least), network.trialOf(most)];
  return {
    flash:
      flashAt === null
        ? null
        : Math.round(small.flashBytes + flashAt * (large.flashBytes - small.flashBytes)),
    drop: dropAt === null ? null : large.drop + dropAt * (small.drop - large.drop),
  };
};
const part = fc.option(fc.double({ min: -0.1, max: 1.1, noNaN: true }));

describe('the whole search', () => {
  test('finds what meets the budget when measured on all pictures, whatever the first pictures said', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        shapes,
        part,
        part,
        fc.constantFrom(0, 0.5),
        async (seed, reads, flashAt, dropAt, noise) => {
          fc.pre(flashAt !== null || dropAt !== null);
          const network = madeUp(seed, reads);
          const budget = budgetAt(network, flashAt, dropAt);
          const { best, unmet, trials } = await run(network, budget, noise);
          expect(best === null).toBe(unmet !== null);
          expect(new Set(trials.map(({ text }) => text)).size).toBe(trials.length);
          if (best !== null) {
            expect(best.final).toBe(true);
            expect(meets(best, budget)).toBe(true);
            expect(best.drop).toBe(network.trialOf(best.candidate).drop);
            expect(trials).toContain(best);
            if (budget.drop === null) expect(best.candidate.stages.size).toBe(0);
          }
          const uniforms = trials.filter(({ candidate }) => candidate.stages.size === 0);
          if (noise > 0) return;
          // Without noise: never worse than the same levels everywhere, and null only if these do not do.
          const same = uniforms.filter((trial) => meets(trial, budget));
          if (best === null) expect(same).toEqual([]);
          else if (budget.drop !== null)
            for (const { entries } of same) expect(best.entries).toBeLessThanOrEqual(entries);
        },
      ),
    );
  });

  test('stages are shrunk until it fits where no same levels do', async () => {
    const network = madeUp(11, ['a', 'b', 'c']);
    // The drop of levels in the middle, and a byte less than they need.
    const middle = network.trialOf(uniform({ activations: 8, weights: 7 }));
    const found: string[] = [];
    for (let flash = middle.flashBytes; flash > middle.flashBytes - 200; flash -= 10) {
      const budget = { flash, drop: middle.drop };
      const { best, trials } = await run(network, budget);
      const same = trials.some(
        ({ candidate, ...trial }) => candidate.stages.size === 0 && meets({ candidate, ...trial }, budget),
      );
      if (best !== null && !same) found.push(best.text);
    }
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]).toMatch(/s\d=/);
  });

  test('tries no more than the most', async () => {
    const network = madeUp(12, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
    const { trials } = await run(network, budgetAt(network, null, 0.5), 0, 10);
    expect(trials).toHaveLength(10);
    expect((await run(network, budgetAt(network, null, 0.5))).trials.length).toBeGreaterThan(10);
  });

  test('where the least levels do not fit, nothing else is tried', async () => {
    const network = madeUp(13);
    const searched = run(network, { flash: 900, drop: 1 });
    const { best, unmet } = await searched;
    expect(best).toBeNull();
    expect(unmet?.smallest.text).toBe('4x3');
    expect(searched.count()).toBe(1);
  });
});

describe('a budget that nothing meets', () => {
  const network = madeUp(14);
  const errorOf = async (budget: Budget): Promise<BuildError> => {
    const { unmet } = await run(network, budget);
    if (unmet === null) throw new Error('it was met');
    return unmetError(unmet, budget);
  };

  test('flash: the smallest, and what it needs', async () => {
    const error = await errorOf({ flash: 900, drop: null });
    const needed = network.trialOf(least).flashBytes;
    expect(error).toBeInstanceOf(BuildError);
    expect(error.exitCode).toBe(4);
    expect(error.message).toBe(
      `no levels fit 900 bytes of flash: the smallest tables of those tried, 4x3, need ${needed.toLocaleString('en-US')} bytes with the weights`,
    );
    expect(error.next).toContain(`flash=${needed},`);
    expect(error.where).toBe('--budget');
  });

  test('drop: the nearest, and what it loses; as much is then enough', async () => {
    const error = await errorOf({ flash: null, drop: 0 });
    expect(error.message).toMatch(
      /^no levels keep the drop within 0 points: the nearest, 13x11, loses \d+\.\d+ points$/,
    );
    const drop = Number(/drop=([\d.]+)/.exec(error.next ?? '')?.[1]);
    expect((await run(network, { flash: null, drop })).best).not.toBeNull();
  });

  test('both: the nearest of those that fit, and the flash of those that lose little enough', async () => {
    const { flash, drop } = budgetAt(network, 0.3, 0.1);
    const error = await errorOf({ flash, drop });
    expect(error.message).toMatch(
      /of those that fit the nearest, [^ ]+, loses .* the smallest, [^ ]+, needs/,
    );
    const [, dropNext, flashNext] = /drop=([\d.]+) or flash=(\d+)/.exec(error.next ?? '') ?? [];
    const enough = await run(network, { flash: Number(flashNext), drop });
    expect(enough.best !== null && fits(enough.best, { flash: Number(flashNext), drop })).toBe(true);
    expect((await run(network, { flash, drop: Number(dropNext) })).best).not.toBeNull();
  });

  test('what fits never loses little enough', async () => {
    const { flash } = budgetAt(network, 0.3, null);
    const error = await errorOf({ flash, drop: 0 });
    expect(error.message).toMatch(/^no levels that fit .* bytes of flash keep the drop within 0 points/);
  });
});
