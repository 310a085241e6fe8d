import type { Board } from '../boards/index.js';
import type { Executor } from '../device/index.js';
import { EXIT, InputError } from '../errors.js';
import { measureNetwork, networkHash } from '../network/index.js';
import { grouped } from '../report/text.js';
import { boardOf } from './board.js';
import { builderFor } from './builder-for.js';
import type { Builder } from './builder.js';
import { checkFlashTarget } from './flash-target.js';
import { AUTO, resolvePort } from './choose-port.js';
import { modelOf } from './model-of.js';
import { loadPictures } from './pictures.js';
import type { CommandBody, Run } from './run.js';
import { conclude, requireExecutor, verifyTarget } from './target.js';
import type { VerifyOptions } from './verify.js';

export type DeployOptions = VerifyOptions & {
  readonly drive?: string;
  readonly device?: string;
  readonly dryRun?: boolean;
};

/** `tablize deploy`: from a trained network to a verified board, real or emulated. */
export const deploy: CommandBody<DeployOptions> = async (options, run) => {
  const { output } = run;
  const { drive, device } = options;
  const board = boardOf(options);
  const model = await modelOf(options, run);
  const { network } = model;
  const pictures = loadPictures(options, model);
  const executor = requireExecutor(board, options.port, options.level);
  const builder = builderFor(board, network, options);
  if (drive !== undefined && options.port === undefined) {
    throw new InputError('--drive flashes the board, but there is no port to verify it on', {
      next: 'give --port too, or use `tablize flash`',
    });
  }
  if (options.port !== undefined) checkFlashTarget(board, { port: options.port, drive, device });
  if (options.dryRun === true) return dryRun(board, builder, options, run);
  const port = options.port === undefined ? undefined : await resolvePort(board, options.port, output);

  const { macs, tableEntries, activationLevels, weightLevels } = measureNetwork(network);
  output.line(
    `${model.tablized ? 'tablized' : 'loaded'} ${network.name}: ${grouped(macs)} products a picture become lookups in tables of ${tableEntries} entries (${activationLevels} activations x ${weightLevels} weights); network ${networkHash(network).slice(0, 16)}`,
  );
  const built = await builder.build(port === undefined ? 'emulate' : 'flash', run);
  if (port !== undefined) {
    await built.flash({ port, drive, device }, run);
    output.line(`flashed ${board.title}`);
  } else {
    output.line(whereItRuns(board, executor));
  }
  const report = await verifyTarget(
    { board, network, port, built, floatModel: model.floatModel },
    pictures,
    run,
  );
  return conclude(board, report, pictures, run);
};

function whereItRuns(board: Board, executor: Executor): string {
  if (executor === 'host') return 'running it as a program of this computer, over the serial protocol';
  if (board.kind === 'fpga')
    return `no --port given: simulating ${board.title} (${executor}), bit by bit over its serial line`;
  return `no --port given: loading it into the emulated ${board.title} (${executor}), over its serial port`;
}

async function dryRun(
  board: Board,
  builder: Builder,
  { port, drive, device }: DeployOptions,
  run: Run,
): Promise<typeof EXIT.ok> {
  const target = port === undefined ? null : { port: port === AUTO ? undefined : port, drive, device };
  const commands = await builder.describe(target === null ? 'emulate' : 'flash', target, run);
  run.output.json({ board: board.id, folder: builder.folder, commands });
  for (const command of commands) run.output.line(command);
  return EXIT.ok;
}
