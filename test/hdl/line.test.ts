import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import type { Frame } from '../../toolkit/device/protocol/frame.js';
import { hdlProject, type Folding, type HdlBoard } from '../../toolkit/hdl/index.js';
import { elements } from '../../toolkit/network/index.js';
import { randomNetwork } from '../support/random-network.js';
import { seeded } from '../support/random.js';
import { describeWithTool } from '../support/tools.js';
import { randomEpisode, type Episode } from './line/episodes.js';
import { KINDS } from './line/random-line.js';
import { answersOf, simulate } from './line/simulate.js';
import { BOARD, SMALLEST_BOARD, verilateProject } from './simulated-board.js';

/** Of `npm run fuzz:line`. */
const frames = Number(process.env['LINE_FRAMES'] ?? 300);
const seed = Number(process.env['LINE_SEED'] ?? 1);
const out = process.env['LINE_OUT'];

const bench = fileURLToPath(new URL('line/line_bench.cpp', import.meta.url));
/** A convolution and a dense stage on 30 pixels. */
const network = randomNetwork(72);

const DESIGNS = [
  { title: 'with TRACE and a buffer', board: BOARD, folding: { banks: 2, filters: 2 } },
  { title: 'the smallest', board: SMALLEST_BOARD, folding: { banks: 1, filters: 1 } },
];

const SMALL = { board: { ...BOARD, trace: false }, folding: { banks: 1, filters: 1 } };

/** A text that a file of the design has once, and what stands in its place. */
interface Bug {
  readonly file: string;
  readonly right: string;
  readonly wrong: string;
}

/** Errors that somebody could make in the line's Verilog, each by what it does. */
const BUGS: Readonly<Record<string, Bug>> = {
  'a byte with a low stop bit is taken': {
    file: 'uart_rx.v',
    right: 'valid <= level;',
    wrong: "valid <= 1'b1;",
  },
  'a short start bit begins a byte': {
    file: 'uart_rx.v',
    right: "if (shifted == 9'h100 && level) state <= IDLE;",
    wrong: '',
  },
  'the first byte of the CRC is not looked at': {
    file: 'frame_codec.v',
    right: 'damaged <= !same;',
    wrong: "damaged <= 1'b0;",
  },
  'a header of any length is right': {
    file: 'frame_codec.v',
    right: 'same && is_possible(length)',
    wrong: 'same',
  },
  'the search goes on after a wrong header, not in it': {
    file: 'frame_codec.v',
    right: 'wire forget = reset ||',
    wrong: 'wire forget = reset || (step && state == CHECK && !sending && !is_header) ||',
  },
};

const EPISODES_AT_ONCE = 50;

interface Design {
  readonly board: HdlBoard;
  readonly folding: Folding;
}

/** What came of sending so many frames. */
interface Outcome {
  readonly frames: number;
  readonly sent: Readonly<Record<string, number>>;
  readonly answered: number;
  /** What was wrong first. */
  readonly difference: string | null;
}

function build({ board, folding }: Design, bug?: Bug): string {
  const project = hdlProject(network, board, folding);
  if (bug === undefined) return verilateProject(project, bench, out !== undefined);
  const text = project.files.get(bug.file) ?? '';
  if (text.split(bug.right).length !== 2)
    throw new RangeError(`${bug.file} does not say "${bug.right}" once`);
  const files = new Map(project.files).set(bug.file, text.replace(bug.right, bug.wrong));
  return verilateProject({ ...project, files }, bench);
}

/** Sends episodes of at least so many frames in all, or until something is wrong. */
function send(program: string, board: HdlBoard, most: number): Outcome {
  const answer = answersOf(network, board);
  const told = {
    pixels: elements(network.input.shape),
    stages: network.stages.length,
    clocksPerBit: board.clockHz / board.baud,
    window: board.receiveBuffer,
    answer: (type: number, sequence: number, payload: Uint8Array): Frame =>
      answer({ type, sequence, payload }),
  };
  const random = seeded(seed);
  const sent: Record<string, number> = {};
  let count = 0;
  let answered = 0;
  let difference: string | null = null;
  while (count < most && difference === null) {
    const episodes: Episode[] = [];
    while (count < most && episodes.length < EPISODES_AT_ONCE) {
      const episode = randomEpisode(random, told);
      episodes.push(episode);
      for (const kind of episode.kinds) sent[kind] = (sent[kind] ?? 0) + 1;
      count += episode.kinds.length;
      answered += episode.pieces.reduce((sum, { answers }) => sum + answers.length, 0);
    }
    const pieces = episodes.flatMap((episode) => episode.pieces);
    difference = differenceOf(episodes, simulate(program, pieces));
  }
  return { frames: count, sent, answered, difference };
}

/** The first difference of what came back, in words of its episode; null where there is none. */
function differenceOf(episodes: readonly Episode[], got: readonly Frame[]): string | null {
  const show = (frame: Frame | undefined): string =>
    frame === undefined
      ? 'nothing'
      : `${frame.type} ${frame.sequence} [${Array.from(frame.payload).join(' ')}]`;
  let next = 0;
  for (const [at, { kinds, pieces }] of episodes.entries())
    for (const due of pieces.flatMap(({ answers }) => answers)) {
      const came = show(got[next++]);
      if (came !== show(due))
        return `episode ${at} (${kinds.join(', ')}): ${came} came instead of ${show(due)}`;
    }
  return next === got.length ? null : `${got.length - next} answers came that nobody asked for`;
}

describeWithTool(['verilator', 'c++'], 'a verilated board whose line is random', () => {
  const designs: object[] = [];
  const planted: object[] = [];

  it.each(DESIGNS)(
    `$title: exactly the good frames are answered, rightly, and it never stops: ${frames} frames`,
    ({ title, ...design }) => {
      const started = performance.now();
      const outcome = send(build(design), design.board, frames);
      const seconds = Math.round((performance.now() - started) / 1000);
      designs.push({ design: title, ...outcome, seconds });
      expect(outcome.difference).toBeNull();
      expect(Object.keys(outcome.sent)).toHaveLength(KINDS.length);
      expect(outcome.answered).toBeGreaterThan(outcome.frames / 2);
      expect(outcome.answered).toBeLessThan(outcome.frames);
    },
    3_600_000,
  );

  // A design is built for each, which takes too long for every day.
  it.each(Object.entries(out === undefined ? {} : BUGS))(
    'notices when %s',
    (bug, change) => {
      const { frames: foundAfterFrames, difference } = send(build(SMALL, change), SMALL.board, frames);
      planted.push({ bug, foundAfterFrames: difference === null ? null : foundAfterFrames, difference });
      expect(difference).not.toBeNull();
    },
    3_600_000,
  );

  afterAll(() => {
    const command = `npm run fuzz:line -- --frames ${frames} --seed ${seed}`;
    const result = { command, network: network.name, designs, planted };
    if (out !== undefined) writeFileSync(out, `${JSON.stringify(result, null, 2)}\n`);
  });
});
