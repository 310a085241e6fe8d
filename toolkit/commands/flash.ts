import { EXIT, InputError } from '../errors.js';
import { boardOf } from './board.js';
import type { BuildOptions } from './build.js';
import { builderFor } from './builder-for.js';
import { checkFlashTarget } from './flash-target.js';
import { AUTO, resolvePort } from './choose-port.js';
import { modelOf } from './model-of.js';
import type { CommandBody } from './run.js';

export type FlashOptions = BuildOptions & {
  readonly port?: string;
  readonly drive?: string;
  readonly device?: string;
};

/** `tablize flash`: builds and flashes. */
export const flash: CommandBody<FlashOptions> = async (options, run) => {
  const { output } = run;
  const { drive, device } = options;
  const board = boardOf(options);
  const { network } = await modelOf(options, run);
  if (board.flash.kind === 'uf2-drive' && options.port !== undefined) {
    throw new InputError(`${board.title} is flashed through its drive, not through a port`, {
      next: 'leave --port out; give --drive if the drive is not found by itself',
    });
  }
  const builder = builderFor(board, network, options);
  if (options.dryRun === true) {
    const port = options.port === AUTO ? undefined : options.port;
    const commands = await builder.describe('flash', { port, drive, device }, run);
    output.json({ board: board.id, commands });
    for (const command of commands) output.line(command);
    return EXIT.ok;
  }
  checkFlashTarget(board, { port: options.port, drive, device });
  const asked = options.port ?? (board.flash.kind === 'avrdude' ? AUTO : undefined);
  const port = asked === undefined ? undefined : await resolvePort(board, asked, output);
  const built = await builder.build('flash', run);
  await built.flash({ port, drive, device }, run);
  output.json({
    board: board.id,
    model: network.name,
    port: port ?? null,
    flashed: true,
    size: built.facts.size,
  });
  output.line(
    `flashed ${board.title} with ${network.name}; check it with \`tablize verify --board ${board.id} --model ${options.model}${port === undefined ? ' --port <port>' : ` --port ${port}`}\``,
  );
  return EXIT.ok;
};
