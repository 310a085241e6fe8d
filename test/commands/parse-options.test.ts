import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { budget, levels, stageLevels } from '../../toolkit/commands/parse-options.js';

describe('--levels', () => {
  it('is one pair of counts', () => {
    expect(levels('8x5')).toEqual({ activations: 8, weights: 5 });
    expect(levels('256x2')).toEqual({ activations: 256, weights: 2 });
  });

  it('has exceptions by stage', () => {
    expect(stageLevels('8x5')).toEqual({ activations: 8, weights: 5, stages: new Map() });
    expect(stageLevels('8x5,conv1=13x3, conv-2=4x2')).toEqual({
      activations: 8,
      weights: 5,
      stages: new Map([
        ['conv1', { activations: 13, weights: 3 }],
        ['conv-2', { activations: 4, weights: 2 }],
      ]),
    });
  });

  it.each(['', '8', '8x', 'x5', '1x5', '8x257', '8x5x3', '8 x 5', '-8x5', '8.5x5', 'conv1=8x5'])(
    'refuses "%s"',
    (text) => {
      expect(() => levels(text)).toThrow(InvalidArgumentError);
      expect(() => stageLevels(text)).toThrow(/such as 8x5/);
    },
  );

  it.each([
    ['8x5,', /such as conv1=13x3, in place of ""/],
    ['8x5,conv1', /in place of "conv1"/],
    ['8x5,=4x3', /in place of "=4x3"/],
    ['8x5,conv1=4x3=2', /in place of/],
    ['8x5,conv1=4', /2 to 256 each/],
    ['8x5,conv1=4x300', /2 to 256 each/],
    ['8x5,conv1=4x3,conv1=4x3', /stage "conv1" is there twice/],
  ])('refuses "%s"', (text, message) => {
    expect(() => stageLevels(text)).toThrow(message);
    expect(() => stageLevels(text)).toThrow(InvalidArgumentError);
  });
});

describe('--budget', () => {
  it.each([
    ['flash=12K,drop=0.5', { flash: 12_288, drop: 0.5 }],
    ['drop=0, flash=12345', { flash: 12_345, drop: 0 }],
    ['flash=1.5K', { flash: 1536, drop: null }],
    ['flash=2M', { flash: 2_097_152, drop: null }],
    ['drop=1.25', { flash: null, drop: 1.25 }],
  ])('reads %s', (text, expected) => {
    expect(budget(text)).toEqual(expected);
  });

  it.each([
    ['', /such as flash=12K,drop=0\.5, in place of ""/],
    ['speed=3', /in place of "speed=3"/],
    ['flash=0', /at least 1/],
    ['flash=0.5', /at least 1/],
    ['flash=12Q', /bytes of flash.*in place of "12Q"/],
    ['flash=12k', /such as 12288, 12K/],
    ['flash', /bytes of flash.*in place of ""/],
    ['flash=-3', /bytes of flash/],
    ['flash=1e9', /bytes of flash/],
    ['flash=99999999999999999999M', /bytes of flash/],
    ['drop=-1', /0 to 100 points.*in place of "-1"/],
    ['drop=101', /0 to 100 points/],
    ['drop=half', /0 to 100 points/],
    ['drop=', /0 to 100 points/],
    ['flash=1K,', /in place of ""/],
    ['flash=1K,flash=2K', /flash is there twice/],
    ['drop=1,drop=1', /drop is there twice/],
  ])('refuses "%s"', (text, message) => {
    expect(() => budget(text)).toThrow(message);
    expect(() => budget(text)).toThrow(InvalidArgumentError);
  });
});
