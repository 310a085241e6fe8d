/** Instruction sets whose assembly can be scanned. */
export type Architecture = 'arm-thumb' | 'avr' | 'x86-64' | 'aarch64' | 'riscv';

/** What an instruction or a called helper does that the proof counts. */
export interface Effect {
  readonly multiplies: boolean;
  readonly floats: boolean;
  readonly divides: boolean;
}

export const HARMLESS: Effect = { multiplies: false, floats: false, divides: false };
