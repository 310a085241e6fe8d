import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../errors.js';
import { removeFile, writeFileAtomic } from '../model/write-file.js';
import type { Parameters, Trainee } from './adam.js';

/** Where a training stands: so many epochs of its phase are done. */
export interface Checkpoint {
  readonly phase: 'float' | 'quantized';
  readonly epoch: number;
  readonly trainee: Trainee;
  /** The trained float network, once that phase is over. */
  readonly float: Parameters | null;
}

export const CHECKPOINT_FILE = 'checkpoint.json';
export const CHECKPOINT_FORMAT = 'tablize/checkpoint@1';

const settingsSchema = z.record(z.string(), z.unknown());
const arrays = z.record(z.string(), z.base64());
const schema = z.strictObject({
  format: z.literal(CHECKPOINT_FORMAT),
  settings: z.string(),
  phase: z.enum(['float', 'quantized']),
  epoch: z.int().min(0),
  steps: z.int().min(0),
  parameters: arrays,
  first: arrays,
  second: arrays,
  float: arrays.nullable(),
});

/** Where a training keeps what it needs to go on after an interruption. */
export interface CheckpointStore {
  /** Whether anything is kept. */
  readonly keeps: boolean;
  /** The checkpoint that is there; null if there is none. @throws InputError if it is of another training. */
  readonly load: () => Checkpoint | null;
  readonly save: (checkpoint: Checkpoint) => void;
}

/** For trainings that start anew each time. */
export const NO_STORE: CheckpointStore = { keeps: false, load: () => null, save: () => undefined };

/**
 * Checkpoints in a file of a folder. `settings` says what is trained how; a training goes on only from a checkpoint with
 * the same settings.
 */
export function folderStore(folder: string, settings: string): CheckpointStore {
  return {
    keeps: true,
    load: () => loadCheckpoint(folder, settings),
    save: (checkpoint) => saveCheckpoint(folder, settings, checkpoint),
  };
}

function saveCheckpoint(folder: string, settings: string, checkpoint: Checkpoint): void {
  const { phase, epoch, trainee, float } = checkpoint;
  const value: z.infer<typeof schema> = {
    format: CHECKPOINT_FORMAT,
    settings,
    phase,
    epoch,
    steps: trainee.steps,
    parameters: encode(trainee.parameters),
    first: encode(trainee.first),
    second: encode(trainee.second),
    float: float === null ? null : encode(float),
  };
  writeFileAtomic(join(folder, CHECKPOINT_FILE), JSON.stringify(value));
}

/** @throws InputError if it cannot be read or is of other settings: hours of training are not lost to a mistyped option. */
function loadCheckpoint(folder: string, settings: string): Checkpoint | null {
  const path = join(folder, CHECKPOINT_FILE);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return null;
  }
  const parsed = schema.safeParse(parseOrNull(text));
  if (!parsed.success) {
    throw new InputError('the checkpoint in the output folder cannot be read', {
      where: path,
      next: 'Delete it to start anew, or choose another folder with --out.',
    });
  }
  const found = parsed.data;
  if (found.settings !== settings) {
    throw new InputError(
      `the output folder holds an unfinished training (${found.phase}, ${found.epoch} epochs done) of other settings: ` +
        differences(found.settings, settings),
      {
        where: path,
        next: 'Give those settings to go on with it, choose another folder with --out, or delete the checkpoint.',
      },
    );
  }
  return {
    phase: found.phase,
    epoch: found.epoch,
    trainee: {
      steps: found.steps,
      parameters: decode(found.parameters),
      first: decode(found.first),
      second: decode(found.second),
    },
    float: found.float === null ? null : decode(found.float),
  };
}

/** Removes the checkpoint that the store of this folder saved, and nothing else. */
export function removeCheckpoint(folder: string): void {
  removeFile(join(folder, CHECKPOINT_FILE));
}

/** Where two texts of settings differ, for people: `seed 1 instead of 2`. */
function differences(found: string, wanted: string): string {
  const [was = {}, now = {}] = [found, wanted].map(
    (text) => settingsSchema.safeParse(parseOrNull(text)).data,
  );
  const names = [...new Set([...Object.keys(was), ...Object.keys(now)])];
  const show = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
  return names
    .filter((name) => show(was[name]) !== show(now[name]))
    .map((name) => `${name} ${show(was[name])} instead of ${show(now[name])}`)
    .join(', ');
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function encode(parameters: Parameters): Record<string, string> {
  return Object.fromEntries(
    [...parameters].map(([name, { buffer, byteOffset, byteLength }]) => [
      name,
      Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
    ]),
  );
}

function decode(encoded: Readonly<Record<string, string>>): Parameters {
  return new Map(
    Object.entries(encoded).map(([name, text]) => {
      const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
      return [name, new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4))];
    }),
  );
}
