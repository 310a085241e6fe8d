import type { GraphNode, Unary } from './graph.js';

/** Whether a tensor cannot have values below 0, as far as a look at the nodes before it tells. */
export function isNeverNegative(tensor: string, maker: (tensor: string) => GraphNode | undefined): boolean {
  const node = maker(tensor);
  if (node === undefined) return false;
  const { operation } = node;
  const all = (): boolean => node.inputs.every((input) => isNeverNegative(input, maker));
  switch (operation.kind) {
    case 'unary':
      return isPositive(operation.of);
    case 'quantize':
      return !operation.levels.bipolar && all();
    case 'maxPool':
    case 'averagePool':
    case 'concat':
    case 'reshape':
    case 'transpose':
    case 'slice':
      return all();
    case 'pad':
      return operation.value >= 0 && all();
    case 'argMax':
    case 'binary':
    case 'conv2d':
    case 'matmul':
    case 'prelu':
    case 'reduce':
    case 'softmax':
      return false;
  }
}

/** Whether a function gives nothing below 0. */
function isPositive(of: Unary): boolean {
  switch (of.kind) {
    case 'relu':
    case 'sigmoid':
    case 'hardSigmoid':
    case 'softplus':
    case 'exp':
    case 'abs':
      return true;
    case 'clip':
      return of.least >= 0;
    case 'ceil':
    case 'elu':
    case 'erf':
    case 'floor':
    case 'hardSwish':
    case 'identity':
    case 'leakyRelu':
    case 'log':
    case 'negative':
    case 'reciprocal':
    case 'round':
    case 'sign':
    case 'softsign':
    case 'sqrt':
    case 'swish':
    case 'tanh':
      return false;
  }
}
