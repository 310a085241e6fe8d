import { networkMemory } from '../firmware/index.js';
import { measureNetwork } from '../network/index.js';
import type { LevelOptions, PreparedModel } from '../quantize/index.js';
import { tablize } from '../tablize/index.js';
import { judge, type Jury } from './judge.js';
import { candidateText, type Candidate } from './ladder.js';
import type { Tables } from './shrink-stages.js';
import type { Evaluate, Trial } from './trial.js';

export interface EvaluateOptions {
  readonly jury: Jury;
  /** Points of accuracy; null if the drop does not matter. */
  readonly drop: number | null;
  /** Called with each trial. */
  readonly tell: (trial: Trial) => void;
  readonly signal: AbortSignal;
}

/** Level counts as quantization wants them. */
export const levelOptions = ({ activations, weights, stages }: Candidate): LevelOptions => ({
  activationLevels: activations,
  weightLevels: weights,
  stageLevels: stages,
});

/** The tables of a model, before they are made. */
export const tablesOf = ({ stages, tableSizes }: PreparedModel): Tables => ({
  stages,
  sizes: (candidate) => tableSizes(levelOptions(candidate)),
});

/** Quantizes a model with the candidate's levels, makes its tables and measures them. */
export function createEvaluate(
  prepared: PreparedModel,
  { jury, drop, tell, signal }: EvaluateOptions,
): Evaluate {
  return async (candidate, thorough) => {
    const network = tablize(await prepared.quantize(levelOptions(candidate)));
    const { tableEntries, totalTableEntries } = measureNetwork(network);
    const { tableBytes, weightBytes } = networkMemory(network);
    const judgement = await judge(network, jury, { drop, thorough, signal });
    const trial: Trial = {
      candidate,
      text: candidateText(candidate),
      entries: totalTableEntries,
      largestTable: tableEntries,
      flashBytes: tableBytes + weightBytes,
      ...judgement,
      final: judgement.pictures === jury.data.labels.length,
    };
    tell(trial);
    return trial;
  };
}
