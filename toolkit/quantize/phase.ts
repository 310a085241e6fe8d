import { take, type DataSet } from '../data/data-set.js';
import { InputError, InterruptedError } from '../errors.js';
import type { Parameters, Trainee } from './adam.js';
import type { Tf } from './tf.js';
import type { Checkpoint, CheckpointStore } from './checkpoint.js';
import { accuracyOf, DivergedError, measureNorms, predict, trainEpoch, type Subject } from './optimize.js';
import type { TrainOptions, TrainSettings } from './train-options.js';

const BATCH = 64;
const STEPS_PER_LINE = 200;
/** Batches by which the norms are measured at the end. */
const NORM_BATCHES = 100;
/** Test pictures for the line of progress after an epoch. */
const LOOK = 2000;

/** What both phases of a training need. */
export interface Run {
  readonly tf: Tf;
  readonly options: Pick<TrainOptions, 'data' | 'seed' | 'signal'>;
  readonly settings: Pick<TrainSettings, 'epochs' | 'rates' | 'shift' | 'warp'>;
  readonly store: CheckpointStore;
  readonly found: Checkpoint | null;
  readonly progress: (line: string) => void;
}

/** One phase: all its epochs, or those that the checkpoint leaves. `float` is what the checkpoints must remember. */
export async function trainPhase(
  run: Run,
  phase: Checkpoint['phase'],
  subject: Subject,
  targets: Float32Array,
  start: Trainee,
  float: Parameters | null,
): Promise<Parameters> {
  const { tf, options, settings, store, found, progress } = run;
  const epochs = settings.epochs[phase];
  const course = {
    data: options.data.train,
    targets,
    epochs,
    batchSize: BATCH,
    rate: settings.rates[phase],
    shift: settings.shift,
    warp: settings.warp,
    seed: options.seed,
    signal: options.signal,
    onStep: (step: number, steps: number, loss: number): void => {
      if (step % STEPS_PER_LINE === 0)
        progress(`${phase}: step ${step} of ${steps}, loss ${loss.toFixed(4)}`);
    },
  };
  const resumed = found?.phase === phase ? found : null;
  if (resumed !== null) progress(`${phase}: going on after epoch ${resumed.epoch} of ${epochs}`);
  let trainee = resumed?.trainee ?? start;
  for (let epoch = resumed?.epoch ?? 0; epoch < epochs; epoch++) {
    trainee = await trainEpoch(tf, subject, course, trainee, epoch).catch((error: unknown) => {
      if (error instanceof InterruptedError) throw new InterruptedError(standing(run, phase, epoch));
      throw error instanceof DivergedError ? diverged(run, phase, epoch, error) : error;
    });
    store.save({ phase, epoch: epoch + 1, trainee, float });
    const accuracy = accuracyOn(run, subject, trainee.parameters, take(options.data.test, LOOK));
    progress(`${phase}: epoch ${epoch + 1} of ${epochs}, accuracy ${percent(accuracy)}`);
  }
  const norms = measureNorms(tf, subject, trainee.parameters, course, NORM_BATCHES);
  progress(`${phase}: norms measured, accuracy ${percent(testAccuracy(run, subject, norms))}`);
  return norms;
}

/** A training that diverged, with what is left of it and what to try. */
function diverged(
  { settings, store }: Run,
  phase: Checkpoint['phase'],
  epoch: number,
  cause: Error,
): InputError {
  const rate = `${phase === 'float' ? '--float-rate' : '--rate'} below ${settings.rates[phase]}`;
  const levels = phase === 'float' ? '' : ', or more levels';
  const finished = phase === 'quantized' && epoch === 0 ? settings.epochs.float : epoch;
  const kept = store.keeps && finished > 0 ? '; the last finished epoch is kept' : '';
  return new InputError(cause.message, { next: `Train with ${rate}${levels}${kept}.`, cause });
}

/** What an interrupted training says when so many epochs of a phase are done. */
function standing({ settings, store }: Run, phase: Checkpoint['phase'], epoch: number): string {
  if (!store.keeps) return 'interrupted: this training keeps no checkpoints, the same call starts anew';
  const { epochs } = settings;
  const [last, done] =
    phase === 'quantized' && epoch === 0 ? (['float', epochs.float] as const) : ([phase, epoch] as const);
  return done === 0
    ? 'interrupted in the first epoch: there is no checkpoint yet, the same command starts anew'
    : `interrupted: the same command goes on from the checkpoint (${last}, epoch ${done} of ${epochs[last]})`;
}

/** Of the network as it is deployed, in the trainer's own arithmetic, on all test pictures; 0..1. */
export function testAccuracy(run: Run, subject: Subject, parameters: Parameters): number {
  return accuracyOn(run, subject, parameters, run.options.data.test);
}

function accuracyOn({ tf }: Run, subject: Subject, parameters: Parameters, pictures: DataSet): number {
  return accuracyOf(predict(tf, subject, parameters, pictures), pictures);
}

export const percent = (fraction: number): string => `${(100 * fraction).toFixed(2)} %`;
