import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { operatorNames } from '../../../toolkit/readers/onnx/operators/index.js';

it('docs/onnx.md names every operator, and no other', () => {
  const rows = readFileSync('docs/onnx.md', 'utf8')
    .split('\n')
    .filter((line) => /^\| [a-z]+ +\| [A-Z]/.test(line));
  const named = rows.flatMap((row) => row.split('|')[2]?.match(/\b[A-Z][A-Za-z]+\b/g) ?? []);
  expect(named.filter((name) => name !== 'QONNX').sort()).toEqual(operatorNames());
});
