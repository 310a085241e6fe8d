import { serialDevice, serialTiming, type Device } from '../../toolkit/device/index.js';
import { createInterpreter, type Interpretation, type TableNetwork } from '../../toolkit/network/index.js';
import {
  verifyBoards,
  type Answer,
  type BoardsVerification,
  type Mismatch,
  type Recording,
} from '../../toolkit/verify/index.js';
import { faultyLink, type Fault, type Faults } from './faulty-link.js';
import { between, seeded } from './random.js';
import { toyNetwork, toyPictures } from './toy-network.js';
import { virtualBoard } from './virtual-board.js';
import { virtualTime } from './virtual-time.js';

export interface SoakOptions {
  /** Chunks on the lines, a frame or a filler each, after which no further episode begins. */
  readonly frames: number;
  readonly seed: number;
  readonly progress?: (line: string) => void;
}

export interface SoakResult {
  readonly frames: number;
  readonly episodes: number;
  /** Verifications; an episode goes on, as with a journal, until all of its pictures are compared. */
  readonly runs: number;
  readonly pictures: number;
  readonly struck: Readonly<Record<string, number>>;
  /** Runs that ended early: "port or board". */
  readonly stopped: number;
  /** Boards that stopped, by the reason. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Answers that were taken and are not what the board computed. */
  readonly wrongAnswers: number;
  /** What was said of a run, and is neither the truth nor "port or board". */
  readonly wrongVerdicts: readonly string[];
  /** The longest time without an answer or an end, in seconds of the boards' time. */
  readonly longestWait: number;
  readonly virtualHours: number;
}

const PICTURES = 400;
const BAUD = 115_200;
const MOST_RUNS = 200;
const LATENCY = 0.3;

const network = toyNetwork();
const flipped: TableNetwork = {
  ...network,
  stages: network.stages.map((stage) =>
    stage.name === 'narrow' && stage.kind === 'dense'
      ? { ...stage, weights: stage.weights.with(77, ((stage.weights[77] ?? 0) + 1) % 3) }
      : stage,
  ),
};
const RATES: Readonly<Record<Fault, number>> = {
  drop: 0.05,
  flip: 0.05,
  duplicate: 0.05,
  reorder: 0.02,
  delay: 0.1,
  stall: 0.003,
  cut: 0.05,
  garbage: 0.05,
  reset: 0.003,
  hangUp: 0.001,
};
const FAULTS = Object.keys(RATES) as Fault[];

/** Verifies virtual boards over lines with all kinds of faults until so many frames have passed, and holds every verdict against the truth. */
export async function soak({ frames, seed, progress }: SoakOptions): Promise<SoakResult> {
  const random = seeded(seed);
  const time = virtualTime();
  const { clock } = time;
  const struck = new Map<string, number>();
  const reasons = new Map<string, number>();
  const wrongVerdicts: string[] = [];
  const count = (map: Map<string, number>, key: string, by = 1): void =>
    void map.set(key, (map.get(key) ?? 0) + by);
  let [passed, episodes, runs, stopped, pictures, wrongAnswers, longestWait] = [0, 0, 0, 0, 0, 0, 0];
  let lastEvent = 0;
  const happened = (): void => {
    longestWait = Math.max(longestWait, clock.now() - lastEvent);
    lastEvent = clock.now();
  };
  const answers = (of: TableNetwork, images: readonly Uint8Array[]): readonly Interpretation[] => {
    const interpreter = createInterpreter(of);
    return images.map((image) => interpreter.infer(image));
  };
  const same = (a: Interpretation | undefined, b: Interpretation | undefined): boolean =>
    a?.label === b?.label && a?.logits.join() === b?.logits.join();

  const episode = async (): Promise<void> => {
    const onBoard = random() < 0.25 ? flipped : network;
    const images = toyPictures(PICTURES, between(random, 1, 1e6));
    const [right, computed] = [answers(network, images), answers(onBoard, images)];
    const differs = images.map((_, i) => !same(right[i], computed[i]));
    const data = { images: Buffer.concat(images), labels: null };
    const boards = Array.from({ length: between(random, 1, 3) }, () => {
      const faults: Faults = Object.fromEntries(
        FAULTS.map((fault) => [fault, random() < 0.5 ? RATES[fault] * 3 * random() ** 2 : 0]),
      );
      const board = virtualBoard({
        clock,
        network,
        runs: onBoard,
        window: [0, 100, 300, 4096][between(random, 0, 3)] ?? 0,
        packedBits: random() < 0.5 ? 0 : 2,
        inference: between(random, 1, 40),
        boot: between(random, 100, 2000),
      });
      return { board, faults };
    });
    const open = async ({ board, faults }: (typeof boards)[number]): Promise<Device> => {
      const line = faultyLink(board.connect(), faults, between(random, 0, 2 ** 31), {
        clock,
        latency: LATENCY,
        reset: () => board.reset(),
      });
      line.link.onClose(() => {
        passed += line.chunks();
        for (const [fault, times] of line.struck) count(struck, fault, times);
      });
      return serialDevice(line.link, {
        network,
        executor: 'serial',
        timing: serialTiming(BAUD),
        where: 'virtual',
        clock,
      });
    };
    const recorded: Answer[] = [];
    const mismatches: Mismatch[] = [];
    const record: Recording = {
      answers: recorded,
      mismatches,
      answered(answer) {
        happened();
        if (!same(computed[answer.image], answer)) wrongAnswers++;
        recorded.push(answer);
      },
      differs: (mismatch) => mismatches.push(mismatch),
    };
    for (let tries = 0; tries < MOST_RUNS; tries++) {
      lastEvent = clock.now();
      const before = recorded.length;
      const result = await time.run(
        verifyBoards({
          network,
          data,
          boards: boards.map((each) => () => open(each)),
          record: { ...record, answers: [...recorded], mismatches: [...mismatches] },
        }),
      );
      happened();
      runs++;
      pictures += recorded.length - before;
      for (const board of result.boards)
        if (board.stopped !== null)
          count(
            reasons,
            board.stopped
              .replace(/[;(].*/, '')
              .replace(/\d+/, 'n')
              .trim(),
          );
      wrongVerdicts.push(...judge(result, recorded, differs));
      if (result.images === result.asked) return;
      stopped++;
    }
    wrongVerdicts.push(`not finished after ${MOST_RUNS} runs`);
  };

  while (passed < frames) {
    await episode();
    episodes++;
    if (episodes % 50 === 0)
      progress?.(`${passed} frames, ${episodes} episodes, ${wrongAnswers} wrong answers`);
  }
  const sorted = (map: Map<string, number>): Record<string, number> =>
    Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    frames: passed,
    episodes,
    runs,
    pictures,
    struck: sorted(struck),
    stopped,
    reasons: sorted(reasons),
    wrongAnswers,
    wrongVerdicts,
    longestWait: longestWait / 1000,
    virtualHours: Math.round(clock.now() / 36_000) / 100,
  };
}

/** What is wrong with a verdict, given which pictures the boards compute differently. */
function judge(
  { images, asked, boards, mismatches, firstMismatch }: BoardsVerification,
  recorded: readonly Answer[],
  differs: readonly boolean[],
): string[] {
  const wrong = recorded.map(({ image }) => image).filter((image) => differs[image]);
  const problems: string[] = [];
  if (images !== recorded.length) problems.push(`${images} pictures of ${recorded.length} answers`);
  if (new Set(recorded.map(({ image }) => image)).size !== recorded.length) problems.push('a picture twice');
  if (Math.max(mismatches.labels, mismatches.logits) !== wrong.length)
    problems.push(`${mismatches.logits} differ, not ${wrong.length}`);
  if ((firstMismatch === null) !== (wrong.length === 0)) problems.push('a difference without a place');
  if (images < asked && boards.some(({ stopped }) => stopped === null))
    problems.push('pictures are left over, and a board has not stopped');
  return problems;
}
