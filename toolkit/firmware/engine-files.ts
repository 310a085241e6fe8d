import type { KernelName } from './kernels/stage-kernel.js';
import type { PlannedStage } from './memory-plan.js';
import { ENGINE } from './stage-text.js';

/** Functions of the engine; each network's library has them under names of its own, so that two can be linked together. */
export const ENGINE_NAMES = [
  'output',
  'put',
  'filter',
  'slide',
  'slide_next',
  'dense',
  'conv2d',
  'depthwise',
  'max_pool',
  'average_pool',
  'add',
  'concat',
  'load',
  'load_packed',
  'label',
  'pack',
  'border',
  'pairs',
  'dense_pairs',
  'conv2d_pairs',
  'rows',
  'dense_rows',
  'conv2d_rows',
];

/** A kernel in the engine: what a comment says of it, the header that wiring includes, and its files. */
interface KernelFiles {
  readonly text: string;
  readonly header: string | null;
  readonly files: readonly string[];
}

export const KERNELS: Readonly<Record<KernelName, KernelFiles>> = {
  lookup: { text: 'A lookup per product.', header: null, files: [] },
  rows: { text: 'Input by input (rows.h).', header: 'rows.h', files: ['rows.c', 'rows.h', 'window.c'] },
  pairs: {
    text: 'Two products per lookup (pairs.h).',
    header: 'pairs.h',
    files: ['level.h', 'pairs.c', 'pairs.h', 'window.c'],
  },
  'level-sums': {
    text: 'Sums over weight levels (level_sums.h).',
    header: 'level_sums.h',
    files: [
      'level.h',
      'level_stage.h',
      'level_sums.h',
      'pack.c',
      'pack.h',
      'run.h',
      'signed_runs.h',
      'stepped_block.h',
      'steps.h',
      'words.h',
    ],
  },
};

/** The kernels that a network uses, each once. */
function kernelsOf(stages: readonly PlannedStage[]): readonly KernelFiles[] {
  const used = new Set(stages.map(({ kernel }) => kernel.name));
  return Object.entries(KERNELS).flatMap(([name, kernel]) => (used.has(name as KernelName) ? [kernel] : []));
}

/** Headers that the wiring of a network includes, besides engine.h. */
export function engineHeaders(stages: readonly PlannedStage[]): readonly string[] {
  return kernelsOf(stages).flatMap(({ header }) => (header === null ? [] : [header]));
}

/** Files of the engine that a network needs. */
export function engineFiles(stages: readonly PlannedStage[]): readonly string[] {
  const lookups = stages
    .filter(({ kernel }) => kernel.name === 'lookup')
    .map(({ analysed }) => analysed.stage);
  const filters = lookups.some(({ kind }) => kind === 'dense' || kind === 'conv2d');
  return [
    'engine.h',
    ...[
      ...new Set([
        'load.c',
        'label.c',
        'requantize.c',
        ...kernelsOf(stages).flatMap(({ files }) => files),
        ...(filters ? ['filter.c'] : []),
        ...(lookups.some((stage) => 'stride' in stage) ? ['window.c'] : []),
        ...lookups.map(({ kind }) => `${ENGINE[kind].stem}.c`),
      ]),
    ].sort(),
  ];
}
