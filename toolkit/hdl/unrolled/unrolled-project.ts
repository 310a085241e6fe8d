import { assetPath, toolkitVersion } from '../../assets.js';
import { elements, networkHash, type TableNetwork } from '../../network/index.js';
import { renderTemplate } from '../../render/index.js';
import { unsignedBits } from '../folding.js';
import { handWritten, notNeeded, type HdlProject } from '../hdl-project.js';
import { hasPll, topView, verilogHex, type HdlBoard } from '../top-view.js';
import { gateFunctions } from './gate-functions.js';
import { pipelineView } from './pipeline-view.js';
import { stageView } from './stage-view.js';
import { unroll, type UnrollOptions } from './unroll.js';

/** A network as Verilog modules: `pipeline`, `input_table`, a module per stage, and those written by hand that they need. */
export interface UnrolledModules {
  readonly files: ReadonlyMap<string, string>;
  readonly sources: readonly string[];
  /** Clocks from a picture's indices to its logits. */
  readonly latency: number;
  /** Of the module `engine`. */
  readonly parameters: Readonly<Record<string, number | string>>;
}

const template = (name: string): string => assetPath(`hdl-templates/unrolled/${name}.v.ejs`);

/**
 * Renders a network as logic that takes a picture every clock. `keepUnread` also brings out the elements of every stage.
 * Throws InputError for a network that is too large, or whose tables of steps do not ascend.
 */
export function unrolledModules(network: TableNetwork, options: UnrollOptions): UnrolledModules {
  const unrolled = unroll(network, options);
  const { files, sources } = handWritten(['unrolled']);
  const write = (name: string, text: string): void => {
    files.set(name, text);
    sources.push(name);
  };
  const timed = unrolled.stages.map(({ cells, circuit }) => {
    const { view, latency } = stageView(circuit, cells, options.levels);
    write(
      `${view.module}.v`,
      renderTemplate(template('stage'), { ...view, functions: gateFunctions(circuit.circuit.gates) }),
    );
    return { circuit, module: view.module, latency };
  });
  const view = pipelineView(unrolled.input, timed, options.keepUnread);
  write(
    'pipeline.v',
    renderTemplate(template('pipeline'), {
      ...view,
      name: network.name,
      version: toolkitVersion(),
      hash: networkHash(network),
    }),
  );
  write('input_table.v', renderTemplate(template('input_table'), inputTableView(network)));

  const counts = unrolled.stages.slice(0, -1).map(({ circuit }) => circuit.writes.elements);
  const begins = counts.reduce<number[]>((so, count) => [...so, (so.at(-1) ?? 0) + count], [0]);
  const logits = unrolled.stages.at(-1)?.circuit.writes;
  const traced = options.keepUnread ? counts.reduce((sum, count) => sum + count, 0) : 0;
  return {
    files,
    sources,
    latency: view.latency,
    parameters: {
      PIXELS: elements(network.input.shape),
      PIXEL_BITS: unrolled.input.width,
      INDEX_BITS: view.indexBits,
      LOGITS: logits?.elements ?? 0,
      SUM_BITS: logits?.width ?? 1,
      ADDRESS_BITS: unsignedBits(logits?.elements ?? 1),
      LATENCY: view.latency,
      POINTS: network.stages.length,
      TRACED: traced,
      // Point 0 is the picture, and lies elsewhere.
      BEGINS: verilogHex([...[0, ...begins]].reverse().map((begin) => [options.keepUnread ? begin : 0, 16])),
    },
  };
}

/** The whole design for a board, with the unrolled network in place of the sequential engine. It answers TRACE with `keepUnread`. */
export function unrolledProject(
  network: TableNetwork,
  anyBoard: HdlBoard,
  options: UnrollOptions,
): HdlProject {
  const board = { ...anyBoard, trace: options.keepUnread && anyBoard.trace !== false };
  const { files: own, sources: ownSources, latency, parameters } = unrolledModules(network, options);
  const { files, sources } = handWritten(['board', 'memory', 'protocol', 'serial'], notNeeded(board));
  const view = topView(network, board, {
    title: `unrolled, a picture every clock, ${latency} clocks long`,
    parameters,
  });
  for (const [name, text] of own) files.set(name, text);
  files.set('hello.hex', view.hello);
  files.set('top.v', renderTemplate(assetPath('hdl-templates/board/top.v.ejs'), view));
  return {
    files,
    sources: [...sources, ...ownSources, 'top.v'],
    top: 'top',
    clocksPerBit: view.board.clocksPerBit,
    primitives: hasPll(board),
    flash: null,
  };
}

/** The table from bytes to indices as runs of equal indices, the last first. */
function inputTableView({ input }: TableNetwork): object {
  const width = unsignedBits(input.levels - 1);
  const sized = (index: number): string => `${width}'d${index}`;
  const runs = input.table.flatMap((index, byte) =>
    byte > 0 && index !== input.table[byte - 1] ? [{ from: byte, index: sized(index) }] : [],
  );
  return {
    msb: width - 1,
    runs: runs.reverse(),
    first: sized(input.table[0] ?? 0),
    isConstant: runs.length === 0,
  };
}
