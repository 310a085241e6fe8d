import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { require } from '../../support/tools.js';
import { caseNames, isSupported, runCase, TEST_DATA } from './cases.js';
import { EXCEPTIONS } from './exceptions.js';

const isThere = require('libonnx-testdata', `is not at ${TEST_DATA}`, () => existsSync(TEST_DATA));

describe.skipIf(!isThere)(`ONNX's test data${isThere ? '' : ' [missing: libonnx-testdata]'}`, () => {
  const names = isThere ? caseNames() : [];
  const supported = names.filter(isSupported);
  const expected = supported.filter((name) => !EXCEPTIONS.has(name));

  it('agrees in every case whose operators are supported', () => {
    const outcomes = expected.map((name) => ({ name, outcome: runCase(name) }));
    expect(outcomes.filter(({ outcome }) => outcome.kind !== 'agrees')).toEqual([]);
    expect(outcomes.length).toBeGreaterThan(500);
    process.stderr.write(
      `ONNX's test data: ${outcomes.length} of ${names.length} cases agree, ` +
        `${names.length - supported.length} have operators that are not supported, ` +
        `${EXCEPTIONS.size} use supported ones in another form\n`,
    );
  });

  it('is refused where an operator, or the form of one, is not supported', () => {
    const others = names.filter((name) => !expected.includes(name));
    expect(others.filter((name) => runCase(name).kind !== 'refused')).toEqual([]);
  });

  it('has every case that is an exception', () => {
    expect([...EXCEPTIONS.keys()].filter((name) => !supported.includes(name))).toEqual([]);
  });
});
