import type { KernelReport } from '../firmware/index.js';
import { columns, grouped } from './text.js';

/** Which kernel computes each stage on a board, what that is predicted to cost, and what the others would. */
export function kernelLines({ board, unit, aim, stages, time, flash, ram }: KernelReport): string[] {
  return [
    `kernels on ${board}, for ${aim === 'balanced' ? 'speed in no more flash than lookups take' : `the least ${aim === 'speed' ? 'time' : 'flash'}`}; ${unit} are predicted, with half of the activations active`,
    ...columns([
      ['stage', 'kernel', unit, 'flash', 'the others'],
      ...stages.map((stage) => [
        stage.stage,
        stage.chosen === 'fused' ? 'with the stage before' : stage.chosen,
        stage.chosen === 'fused' ? '-' : grouped(stage.time),
        stage.chosen === 'fused' ? '-' : grouped(stage.flash),
        stage.others
          .map((other) =>
            other.time === null
              ? `${other.kernel}: not possible, ${other.reason ?? ''}`
              : `${other.kernel}: ${grouped(other.time)} and ${grouped(other.flash ?? 0)} bytes`,
          )
          .join('; '),
      ]),
      ['all', '', grouped(time), grouped(flash), `workspace of ${grouped(ram)} bytes`],
    ]),
  ];
}
