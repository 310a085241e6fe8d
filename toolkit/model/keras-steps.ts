import type { Padding } from '../network/index.js';
import type { KerasNode } from './keras-topology.js';

/** Layers over [batch, steps, channels] and those that do the same to maps of height 1. */
const ON_MAPS: Readonly<Record<string, string>> = {
  Conv1D: 'Conv2D',
  DepthwiseConv1D: 'DepthwiseConv2D',
  SeparableConv1D: 'SeparableConv2D',
  MaxPooling1D: 'MaxPooling2D',
  AveragePooling1D: 'AveragePooling2D',
  GlobalAveragePooling1D: 'GlobalAveragePooling2D',
  GlobalMaxPooling1D: 'GlobalMaxPooling2D',
  ZeroPadding1D: 'ZeroPadding2D',
};

export const isOverSteps = ({ className }: KerasNode): boolean => Object.hasOwn(ON_MAPS, className);

/** The layer that does to maps of height 1 what this one does to steps; any other as it is. */
export function onMaps(node: KerasNode): KerasNode {
  if (!isOverSteps(node)) return node;
  const { config } = node;
  const changed: Record<string, unknown> = { ...config };
  for (const setting of ['kernel_size', 'pool_size', 'strides', 'dilation_rate']) {
    if (config[setting] !== undefined) changed[setting] = wide(config[setting]);
  }
  if (node.className.includes('Pool')) changed['pool_size'] ??= [1, 2];
  if (node.className === 'ZeroPadding1D') {
    const padding = config['padding'] ?? 1;
    changed['padding'] = [[0, 0], Array.isArray(padding) ? padding : [padding, padding]];
  }
  if (config['padding'] === 'causal') changed['padding'] = 'valid';
  return { ...node, className: ON_MAPS[node.className] ?? node.className, config: changed };
}

/** Of one axis, or of [width]. */
const wide = (value: unknown): unknown => {
  const [width] = Array.isArray(value) && value.length === 1 ? (value as readonly unknown[]) : [value];
  return width === null ? null : [1, width];
};

/** The zeros before the first step that "causal" padding puts there; null without it. */
export function causalZeros({ config }: KerasNode): Padding | null {
  if (config['padding'] !== 'causal') return null;
  const [size, dilation] = [config['kernel_size'], config['dilation_rate'] ?? 1].map((value) =>
    Number(Array.isArray(value) ? value[0] : value),
  );
  return { top: 0, right: 0, bottom: 0, left: ((size ?? 1) - 1) * (dilation ?? 1) };
}
