import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { soak } from '../support/soak.js';

const frames = Number(process.env['SOAK_FRAMES'] ?? 20_000);
const seed = Number(process.env['SOAK_SEED'] ?? 1);
const out = process.env['SOAK_OUT'];

describe('a verification over lines with all faults', () => {
  it(`gives the truth or "port or board", in bounded time (${frames} frames, seed ${seed})`, async () => {
    const started = performance.now();
    const result = await soak({ frames, seed, progress: (line) => process.stderr.write(`${line}\n`) });
    const seconds = Math.round((performance.now() - started) / 1000);
    if (out !== undefined) writeFileSync(out, `${JSON.stringify({ seed, ...result, seconds }, null, 2)}\n`);
    expect(result.frames).toBeGreaterThanOrEqual(frames);
    expect(result.wrongAnswers).toBe(0);
    expect(result.wrongVerdicts).toEqual([]);
    expect(Object.keys(result.struck)).toHaveLength(10);
    expect(result.longestWait).toBeLessThan(700);
  }, 3_600_000);
});
