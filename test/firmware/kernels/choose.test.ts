import { describe, expect, it } from 'vitest';
import { loadFirmwareBoard } from '../../../toolkit/boards/index.js';
import { InputError } from '../../../toolkit/errors.js';
import { kernelReport, type Aim } from '../../../toolkit/firmware/index.js';
import { loadModel } from '../../../toolkit/commands/model.js';
import { assetPath } from '../../../toolkit/assets.js';

const pico = loadFirmwareBoard('raspberry-pi-pico');
const uno = loadFirmwareBoard('arduino-uno');
const mega = loadFirmwareBoard('arduino-mega2560');
const { network: mlp } = loadModel(assetPath('models/mnist-mlp'));
const { network: cnn } = loadModel(assetPath('models/mnist-cnn'));
const { network: small } = loadModel(assetPath('models/mnist-small'));

const report = (aim: Aim): ReturnType<typeof kernelReport> => kernelReport(cnn, pico, { aim });

describe('the choice of kernels', () => {
  it('is faster in no more flash than lookups take, or fastest, or smallest', () => {
    const lookups = kernelReport(cnn, pico, { among: ['lookup'] });
    const [balanced, speed, size] = [report('balanced'), report('speed'), report('size')];
    expect(balanced.flash).toBeLessThanOrEqual(lookups.flash);
    expect(speed.time).toBeLessThanOrEqual(balanced.time);
    expect(balanced.time).toBeLessThan(lookups.time / 4);
    expect(size.flash).toBeLessThanOrEqual(balanced.flash);
  });

  it('computes pooling with the convolution before it', () => {
    expect(report('speed').stages.map(({ chosen }) => chosen)).toEqual([
      'level-sums',
      'fused',
      'level-sums',
      'fused',
      'pairs',
      'pairs',
    ]);
  });

  it('says what the others would cost, or why they cannot', () => {
    const dense = report('balanced').stages.find(({ stage }) => stage === 'dense1');
    expect(dense?.others.find(({ kernel }) => kernel === 'level-sums')?.reason).toBe(
      'it has a single position',
    );
    expect(dense?.others.find(({ kernel }) => kernel === 'lookup')?.time).toBeGreaterThan(dense?.time ?? 0);
  });

  it('keeps to what the board has', () => {
    const { ram, flash } = kernelReport(small, uno, { aim: 'speed' });
    expect(ram).toBeLessThan(2048);
    expect(flash).toBeLessThan(32_256);
    const tight = kernelReport(small, uno, { aim: 'speed', room: { flash: flash - 1, ram } });
    expect(tight.flash).toBeLessThan(flash);
    const lean = kernelReport(small, uno, { aim: 'speed', room: { flash, ram: ram - 1 } });
    expect(lean.ram).toBeLessThan(ram);
    expect(lean.time).toBeGreaterThan(kernelReport(small, uno, { aim: 'speed' }).time);
  });

  it('is what is asked for, where that is possible', () => {
    const forced = kernelReport(cnn, pico, { forced: new Map([['conv1', 'pairs']]) });
    expect(forced.stages[0]?.chosen).toBe('pairs');
    expect(() => kernelReport(cnn, pico, { forced: new Map([['dense1', 'level-sums']]) })).toThrow(
      /stage "dense1" cannot be computed by level-sums: it has a single position/,
    );
    expect(() => kernelReport(cnn, pico, { forced: new Map([['conv', 'pairs']]) })).toThrow(InputError);
  });

  it('leaves out what has a table too large for the compiler of an AVR', () => {
    // 784 x 128 weights: a code for two of them is a byte.
    const forced = new Map([['dense1', 'pairs' as const]]);
    expect(() => kernelReport(mlp, mega, { forced })).toThrow(InputError);
    expect(() => kernelReport(mlp, mega, { forced })).toThrow(
      /stage "dense1" cannot be computed by pairs: one of its tables would have 50176 bytes, .* at most 32767/,
    );
    expect(kernelReport(mlp, pico, { forced }).stages[0]?.chosen).toBe('pairs');
    expect(kernelReport(mlp, mega, { aim: 'speed', room: null }).stages[0]?.chosen).not.toBe('pairs');
  });
});
