import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constantName, networkCName } from '../../toolkit/firmware/index.js';
import { nameSchema } from '../../toolkit/network/index.js';

const name = fc
  .array(fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/), { minLength: 1, maxLength: 4 })
  .map((words) => words.join('-'));

describe('networkCName', () => {
  it.each([
    ['mnist-mlp', 'mnist_mlp'],
    ['a', 'a'],
    // C keywords, library headers that a file name would hide, files and prefixes of the project itself
    ['int', 'net_int'],
    ['float-net', 'net_float_net'],
    ['stdint', 'net_stdint'],
    ['time', 'net_time'],
    ['main', 'net_main'],
    ['dense', 'net_dense'],
    ['engine-x', 'net_engine_x'],
    ['config', 'net_config'],
    ['network', 'net_network'],
    ['stage-a', 'net_stage_a'],
    ['net-a', 'net_net_a'],
    ['tablize', 'net_tablize'],
  ])('%s becomes %s', (from, to) => {
    expect(networkCName(from)).toBe(to);
  });

  it('is a C identifier, and different for different names', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(nameSchema.safeParse(a).success).toBe(true);
        expect(networkCName(a)).toMatch(/^[a-z][a-z0-9_]*$/);
        expect(networkCName(a) === networkCName(b)).toBe(a === b);
      }),
    );
  });
});

describe('constantName', () => {
  it('never gives two constants the same name, whatever the stages are called', () => {
    const role = fc.constantFrom('stage', 'weights', 'bias', 'values0', 'table');
    fc.assert(
      fc.property(role, name, role, name, (r, a, s, b) => {
        expect(constantName(r, a) === constantName(s, b)).toBe(r === s && a === b);
      }),
    );
    expect(constantName('weights', 'int')).toBe('weights_int');
  });
});
