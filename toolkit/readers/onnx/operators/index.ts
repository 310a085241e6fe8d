import type { Translation, Translations } from '../call.js';
import { activationOperators } from './activations.js';
import { arithmeticOperators } from './arithmetic.js';
import { constantOperators } from './constants.js';
import { matrixOperators } from './matrices.js';
import { normOperators } from './norms.js';
import { partOperators } from './parts.js';
import { qonnxOperators, quantizationOperators } from './quantization.js';
import { reductionOperators } from './reductions.js';
import { shapeOperators } from './shapes.js';
import { windowOperators } from './windows.js';

const STANDARD: Translations = {
  ...activationOperators,
  ...arithmeticOperators,
  ...constantOperators,
  ...matrixOperators,
  ...normOperators,
  ...partOperators,
  ...quantizationOperators,
  ...reductionOperators,
  ...shapeOperators,
  ...windowOperators,
};

/** Sets of operators by their domains in files. */
const DOMAINS = new Map<string, ReadonlyMap<string, Translation>>([
  ...['', 'ai.onnx'].map((name) => [name, new Map(Object.entries(STANDARD))] as const),
  ...['qonnx.custom_op.general', 'finn.custom_op.general', 'onnx.brevitas'].map(
    (name) => [name, new Map(Object.entries(qonnxOperators))] as const,
  ),
]);

/** How an operator is translated; undefined if it is not supported. */
export function translationOf(domain: string, operator: string): Translation | undefined {
  return DOMAINS.get(domain)?.get(operator);
}

/** Names of all supported operators, sorted. */
export function operatorNames(): readonly string[] {
  return [...Object.keys(STANDARD), ...Object.keys(qonnxOperators)].sort();
}
