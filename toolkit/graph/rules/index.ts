import type { Graph } from '../graph.js';
import { applyRules } from './apply-rules.js';
import { dropNoOps } from './drop-no-ops.js';
import { foldConstants } from './fold-constants.js';
import { findHardSigmoid, findLeakyRelu, findPrelu, findSwish } from './gates.js';
import { mergeClips } from './merge-clips.js';
import { mergePad } from './merge-pad.js';
import { mergeReshapes, sinkReshape } from './merge-reshapes.js';
import type { Rule } from './rule.js';
import { scaleIntoNext } from './scale-into-next.js';
import { mergeTransposes, sinkTranspose } from './sink-transpose.js';
import { transposeIntoMatmul } from './transpose-into-matmul.js';

/** None of them changes what a graph gives. */
export const RULES: Readonly<Record<string, Rule>> = {
  foldConstants,
  dropNoOps,
  mergeReshapes,
  mergeTransposes,
  findSwish,
  findHardSigmoid,
  findLeakyRelu,
  findPrelu,
  mergeClips,
  mergePad,
  sinkTranspose,
  sinkReshape,
  transposeIntoMatmul,
  scaleIntoNext,
};

/** The same function in fewer and plainer operators. @throws InputError if a node does not fit what it reads. */
export const simplify = (graph: Graph): Graph => applyRules(graph, Object.values(RULES));

export { applyRules } from './apply-rules.js';
export type { Replacement, Rule, View } from './rule.js';
