/** The variables of a trained layer, in the order in which Keras keeps them; none for layers that have no weights. */
export function variablesOf(className: string, config: Readonly<Record<string, unknown>>): readonly string[] {
  const bias = config['use_bias'] === false ? [] : ['bias'];
  switch (className) {
    case 'Dense':
    case 'Conv1D':
    case 'Conv2D':
      return ['kernel', ...bias];
    case 'DepthwiseConv1D':
    case 'DepthwiseConv2D':
      return ['depthwise_kernel', ...bias];
    case 'SeparableConv1D':
    case 'SeparableConv2D':
      return ['depthwise_kernel', 'pointwise_kernel', ...bias];
    case 'BatchNormalization':
      return [
        ...(config['scale'] === false ? [] : ['gamma']),
        ...(config['center'] === false ? [] : ['beta']),
        'moving_mean',
        'moving_variance',
      ];
    case 'PReLU':
      return ['alpha'];
    case 'Normalization':
      // Given as numbers, they are settings.
      return Array.isArray(config['mean']) || typeof config['mean'] === 'number' ? [] : ['mean', 'variance'];
    default:
      return [];
  }
}
