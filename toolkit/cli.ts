import { Command, Option } from 'commander';
import { boards } from './commands/boards.js';
import { boardsNew } from './commands/boards-new.js';
import { build } from './commands/build.js';
import { data } from './commands/data.js';
import { deploy } from './commands/deploy.js';
import { doctor } from './commands/doctor.js';
import { emulate } from './commands/emulate.js';
import { author, coreName, exportFormat, webPage } from './commands/export-options.js';
import { exportLibrary } from './commands/export.js';
import { describeError } from './commands/failure.js';
import { flash } from './commands/flash.js';
import { inspect } from './commands/inspect.js';
import { createOutput } from './commands/output.js';
import {
  budget,
  folding,
  finiteNumber,
  levels,
  shard,
  stageKernel,
  stageLevels,
  wholeNumber,
} from './commands/parse-options.js';
import { CORE_NAMES, FORMATS } from './export/index.js';
import { AIMS, KERNEL_NAMES } from './firmware/index.js';
import { LEVELS } from './plan/index.js';
import { ports } from './commands/ports.js';
import { prove } from './commands/prove.js';
import { quantize } from './commands/quantize.js';
import { render } from './commands/render.js';
import { pictureShape, withReading } from './commands/reading.js';
import type { CommandBody, CommonOptions } from './commands/run.js';
import { sensitivity } from './commands/sensitivity.js';
import { study } from './commands/study.js';
import { TRAINED_FILES, withInput, withTrained } from './commands/trained-options.js';
import { train } from './commands/train.js';
import { boardPlace } from './commands/verify-boards.js';
import { verify } from './commands/verify.js';
import { SET_NAMES } from './data/index.js';
import type { ExitCode } from './errors.js';
import { ACTIVATION_QUANTIZERS, ARCHITECTURES, GAINS, WEIGHT_QUANTIZERS } from './quantize/index.js';
import { toolkitVersion } from './assets.js';

const EXIT_CODES = `
Exit codes: 0 all bit-exact, 1 a difference was found, 2 bad usage or input, 3 a tool is missing,
4 a build failed or does not fit, 5 port or board, 130 interrupted.`;

/** Commands that take a trained model, or tables or a trained model. */
const READ_TRAINED = new Set(['quantize', 'sensitivity']);
const READ_ANY_MODEL = new Set([
  'deploy',
  'inspect',
  'render',
  'export',
  'build',
  'emulate',
  'flash',
  'verify',
  'prove',
]);

/** Commands that read pictures from files of all kinds. */
const READ_PICTURES = new Set([...READ_TRAINED, ...READ_ANY_MODEL, 'train', 'data']);

const option = {
  board: ['--board <id>', 'board id (see `tablize boards`) or path of a board file'],
  model: [
    '--model <path>',
    'model folder, quantized.json or table-network.json; with --calibrate a trained model',
  ],
  trained: ['--model <path>', `trained model: ${TRAINED_FILES}`],
  calibrate: [
    '--calibrate <set>',
    'pictures to choose the levels with, such as mnist:train (see `tablize data`); random:1000 for random bytes',
  ],
  images: [
    '--images <set>',
    `test pictures: ${SET_NAMES} with :test or :train (see \`tablize data\`), or a file or folder of pictures or recordings (docs/data.md; default: those of the set with the network's classes, or mnist:test)`,
  ],
  count: ['--count <n>', 'only the first n pictures'],
  out: ['--out <folder>', 'where to write'],
  port: [
    '--port <port>',
    'serial port of the board, such as /dev/ttyACM0 or rfc2217://host:port; auto: the one that fits the board',
  ],
  drive: ['--drive <folder>', 'mounted drive of a board that is flashed by copying a file'],
  device: [
    '--device <name>',
    'of an FPGA: which of several USB adapters is flashed (as its flasher names them)',
  ],
  dryRun: ['--dry-run', 'print the exact command lines and run nothing'],
} as const;

/**
 * The command line. `finish` receives the exit code of the command that ran; failures are thrown.
 */
export function createProgram(signal: AbortSignal, finish: (code: ExitCode) => void): Command {
  const program = new Command('tablize')
    .description(
      'Put a neural network on a chip that cannot multiply, and prove that it computes the right thing there.',
    )
    .version(toolkitVersion())
    .addHelpText('after', EXIT_CODES)
    .exitOverride();

  const command = <Options extends CommonOptions>(
    name: string,
    description: string,
    example: string,
    body: CommandBody<Options>,
    parent: Command = program,
  ): Command =>
    parent
      .command(name)
      .description(description)
      .option(
        '--json [file]',
        'one JSON object on standard output (words go to standard error), or into a file',
      )
      .addHelpText('after', `\nExample:\n  $ tablize ${parent === program ? name : parent.name()} ${example}`)
      .exitOverride()
      .action(async (...given: unknown[]) => {
        const made = given.at(-1) as Command;
        const named = made.registeredArguments.map((argument, i) => [argument.name(), given[i]]);
        const options = { ...made.optsWithGlobals<Options>(), ...Object.fromEntries(named) } as Options;
        const output = createOutput(options.json);
        try {
          finish(await body(options, { output, signal }));
        } catch (error) {
          output.json(describeError(error, signal).json);
          throw error;
        }
      });

  const levelsOption = (): Option =>
    new Option('--levels <AxW>', 'activation x weight levels')
      .argParser(levels)
      .default(levels('8x5'), '8x5');

  const schemeOption = (
    what: 'weights' | 'activations',
    quantizers: Readonly<Record<string, { readonly summary: string }>>,
    usual: string,
  ): Option => {
    const list = Object.entries(quantizers).map(([name, { summary }]) => `${name}: ${summary}`);
    return new Option(
      `--${what} <scheme>`,
      `how levels of ${what} are found (default ${usual}); ${list.join('; ')}`,
    ).choices(Object.keys(quantizers));
  };

  const toolchain = (): Option =>
    new Option(
      '--toolchain <kind>',
      'force the tools: native ones (gcc, or clang on the host; of an FPGA Yosys and nextpnr), or those from npm (zig; WebAssembly)',
    ).choices(['gcc', 'zig', 'native', 'npm']);

  /** How the stages are computed on a microcontroller. */
  const withKernels = (to: Command): Command =>
    to
      .addOption(
        new Option(
          '--optimize <aim>',
          'of a microcontroller: least time, least flash, or least time in no more flash than a lookup per product takes (default: balanced)',
        ).choices(AIMS),
      )
      .addOption(
        new Option(
          '--kernel <stage=name>',
          `of a microcontroller: compute a stage by ${KERNEL_NAMES.join(', ')} (default: chosen by predicted cost; may be given several times)`,
        ).argParser(stageKernel),
      );

  /** How a board's project is made, and an FPGA simulated. */
  const withBuild = (to: Command): Command =>
    withKernels(to)
      .option(
        '--baud <n>',
        'speed of the serial line, in place of the one in the board file',
        wholeNumber(300),
      )
      .option(
        '--clock <MHz>',
        "of an FPGA: clock of the design, in place of the one in the board file, where the part's PLL makes it",
        finiteNumber,
      )
      .addOption(toolchain())
      .addOption(
        new Option(
          '--level <level>',
          'of an FPGA without a port: simulate its Verilog, its netlist, or its bitstream turned back into logic (default: bitstream where that is possible)',
        ).choices(LEVELS),
      )
      .addOption(
        new Option(
          '--engine <name>',
          'of an FPGA: sequential, or unrolled: every neuron is logic of its own (small networks; default: sequential)',
        ).choices(['sequential', 'unrolled']),
      )
      .addOption(
        new Option(
          '--folding <BxF>',
          'of an FPGA: columns x filters that are computed at once (default: the most that fit)',
        ).argParser(folding),
      )
      .addOption(
        new Option(
          '--simulator <name>',
          'of an FPGA: what simulates (default: verilator where it is installed)',
        ).choices(['verilator', 'iverilog']),
      );

  withBuild(
    command(
      'deploy',
      'render, build, flash or emulate, verify: all in one',
      '--board raspberry-pi-pico --model models/mnist-mlp --count 200',
      deploy,
    )
      .requiredOption(...option.board)
      .requiredOption(...option.model)
      .option(...option.images)
      .option(...option.count, wholeNumber(1))
      .option(...option.out)
      .option('--port <port>', 'serial port of a real board, or auto: flash it and verify there')
      .option(...option.drive)
      .option(...option.device)
      .option(...option.dryRun),
  );

  command(
    'train',
    'train a network and tablize it',
    '--data mnist --architecture mlp --out models/mine',
    train,
  )
    .requiredOption(
      '--data <set>',
      `training and test pictures: ${SET_NAMES} (see \`tablize data\`), or a folder or .npz file with both halves (docs/data.md)`,
    )
    .addOption(new Option('--architecture <name>', 'shape of a new network').choices(ARCHITECTURES))
    .option(
      '--shape <HxWxC>',
      'height, width and channels of the pictures, where files do not say, or with --resize',
      pictureShape,
    )
    .option('--from <path>', `trained model in place of --architecture: ${TRAINED_FILES}`)
    .requiredOption(...option.out)
    .option('--name <name>', 'name of the network (default: the name of the folder)')
    .addOption(levelsOption())
    .option('--epochs <n>', 'passes over the data with quantization', wholeNumber(1))
    .option('--float-epochs <n>', 'passes over the data before quantization', wholeNumber(1))
    .option('--rate <r>', 'largest learning rate with quantization (default 0.01)', finiteNumber)
    .option(
      '--float-rate <r>',
      'largest learning rate before quantization (default 0.004 with batch norm, else 0.001)',
      finiteNumber,
    )
    .option(
      '--shift <pixels>',
      'move training pictures by up to so many, at random (default 1)',
      wholeNumber(0),
    )
    .option(
      '--warp <pixels>',
      'move, turn, stretch and slant training pictures, their edges by up to so many each, at random (default 0)',
      finiteNumber,
    )
    .addOption(schemeOption('weights', WEIGHT_QUANTIZERS, 'k-means'))
    .addOption(schemeOption('activations', ACTIVATION_QUANTIZERS, 'uniform'))
    .option('--no-learn-levels', 'keep levels as the schemes find them')
    .option('--share-levels', 'one set of weight levels, and one product table, for the whole network')
    .addOption(
      new Option(
        '--gains <kind>',
        'what gains of batch norms may be (default any); with powers-of-two an index is a sum shifted (--weights steps, powers)',
      ).choices(GAINS),
    )
    .option(
      '--zeros <share>',
      'share of the weights that is to be 0 in layers that add up 16 products or more, such as 0.45 (--weights steps, powers)',
      finiteNumber,
    )
    .option('--seed <n>', 'seed of everything random', wholeNumber(0), 1);

  command(
    'quantize',
    'tablize a model that you already have: ONNX, TensorFlow Lite, Keras or TensorFlow.js',
    '--model model.json --calibrate mnist:train --out build/mine',
    quantize,
  )
    .requiredOption(...option.trained)
    .requiredOption(...option.calibrate)
    .requiredOption(...option.out)
    .option('--name <name>', 'name of the network (default: the name of the folder)')
    .addOption(
      new Option(
        '--levels <AxW>',
        'activation x weight levels; after a comma, stages with others, such as 8x5,conv1=13x3',
      )
        .argParser(stageLevels)
        .default(stageLevels('8x5'), '8x5'),
    )
    .addOption(
      new Option(
        '--budget <costs>',
        'in place of --levels, seek the smallest tables that need so many bytes of flash at most and lose so many points of accuracy at most, such as flash=16K,drop=0.5, or one of the two',
      )
        .argParser(budget)
        .conflicts('levels'),
    )
    .addOption(schemeOption('weights', WEIGHT_QUANTIZERS, 'k-means'))
    .addOption(schemeOption('activations', ACTIVATION_QUANTIZERS, 'equally spaced, least squared error'))
    .option('--test <set>', 'pictures to measure the accuracies with, such as mnist:test')
    .option('--count <n>', 'calibrate with only the first n pictures (default 1000)', wholeNumber(1));

  command(
    'sensitivity',
    'tell what each stage of a trained model loses when it alone has few levels, and how many it wants',
    '--model model.json --calibrate mnist:train --test mnist:test',
    sensitivity,
  )
    .requiredOption(...option.trained)
    .requiredOption(...option.calibrate)
    .requiredOption('--test <set>', 'pictures to measure the accuracies with, such as mnist:test')
    .addOption(
      new Option('--levels <AxW>', 'activation x weight levels that a stage is given alone')
        .argParser(levels)
        .default(levels('8x5'), '8x5'),
    )
    .option('--drop <points>', 'points of accuracy that a stage may lose alone', finiteNumber, 0.2)
    .addOption(schemeOption('weights', WEIGHT_QUANTIZERS, 'k-means'))
    .option('--count <n>', 'calibrate with only the first n pictures (default 1000)', wholeNumber(1));

  command(
    'study',
    'train and quantize every cell of a grid, and render a page with tables and plots',
    '--grid docs/studies/schemes.json',
    study,
  )
    .requiredOption('--grid <file>', 'which networks, schemes, levels and seeds (docs/study.md)')
    .option('--work <folder>', 'where models are kept (default build/study/<name of the study>)')
    .option('--out <folder>', 'where results and page are written (default docs/results/<name of the study>)')
    .option('--only <text>', 'only cells with this text in their id')
    .addOption(
      new Option('--shard <i/n>', 'only the i-th of n parts, for n processes at once').argParser(shard),
    )
    .addOption(new Option('--render', 'run nothing: render what is finished').conflicts(['only', 'shard']));

  const inspecting = command(
    'inspect',
    'show stages, tables, accumulator bounds, compactness and memory',
    '--model models/mnist-cnn --tables',
    inspect,
  )
    .requiredOption(...option.model)
    .option('--tables', 'print the product tables too')
    .option('--images <set>', 'tell the entropy of activations too, on these pictures (such as mnist:test)')
    .option('--count <n>', 'with --images: only the first n pictures (default 200)', wholeNumber(1))
    .option('--board <id>', 'tell which kernels are chosen for this microcontroller, and what they cost');
  withKernels(inspecting);

  withBuild(
    command(
      'render',
      'write the project in C, with a build.sh of its own, or in Verilog',
      '--board arduino-uno --model models/mnist-small --out build/uno',
      render,
    )
      .requiredOption(...option.board)
      .requiredOption(...option.model)
      .option(...option.out),
  );

  withKernels(
    command(
      'export',
      'write a library of a network that other tools take: in C, for Arduino, PlatformIO or CMake, or a core in Verilog',
      '--as arduino --model models/mnist-small --out build/mnist_small',
      exportLibrary,
    )
      .addOption(
        new Option('--as <format>', `one of ${FORMATS.join(', ')}`)
          .argParser(exportFormat)
          .makeOptionMandatory(),
      )
      .requiredOption(...option.model)
      .requiredOption('--out <folder>', 'where to write: a new or an empty folder')
      .addOption(
        new Option(
          '--core <name>',
          `of C: choose kernels for ${CORE_NAMES.join(', ')}; all else compiles it too (default: avr for Arduino, else m0)`,
        ).argParser(coreName),
      )
      .option(
        '--board <id>',
        'in place of --core: choose kernels for this board and what its memories leave; of Verilog: the folding that fits its part',
      )
      .addOption(
        new Option('--engine <name>', 'of Verilog: sequential, or unrolled (default: sequential)').choices([
          'sequential',
          'unrolled',
        ]),
      )
      .addOption(
        new Option(
          '--folding <BxF>',
          'of Verilog: columns x filters that are computed at once (default: 4x8)',
        ).argParser(folding),
      )
      .option(
        '--images <set>',
        'pictures to measure the tables with and to take the example from (default: test pictures of the set that belongs to the network)',
      )
      .option('--count <n>', 'measure with only the first n pictures', wholeNumber(1), 1000)
      .option(
        '--author <name>',
        'who answers for the library, such as "Ann Example <ann@example.com>"',
        author,
      )
      .option('--url <page>', 'a page that tells more', webPage)
      .option('--dry-run', 'list the files and write nothing'),
  );

  withBuild(
    command(
      'build',
      'render, compile, measure, prove that no multiplication is left',
      '--board raspberry-pi-pico --model models/mnist-mlp',
      build,
    )
      .requiredOption(...option.board)
      .requiredOption(...option.model)
      .option(...option.out)
      .option(...option.dryRun),
  );

  withBuild(
    command(
      'emulate',
      'run pictures on the emulated board and show them',
      '--board arduino-uno --model models/mnist-small --count 3',
      emulate,
    )
      .requiredOption(...option.board)
      .requiredOption(...option.model)
      .option(...option.images)
      .option(...option.count, wholeNumber(1), 5)
      .option(...option.out),
  );

  withBuild(
    command(
      'flash',
      'build and flash a board; without --port on the one port that fits it',
      '--board arduino-uno --model models/mnist-small',
      flash,
    )
      .requiredOption(...option.board)
      .requiredOption(...option.model)
      .option(...option.port)
      .option(...option.drive)
      .option(...option.device)
      .option(...option.out)
      .option(...option.dryRun),
  );

  withBuild(
    command(
      'verify',
      'stream pictures to flashed or emulated boards and compare every answer',
      '--board arduino-uno --model models/mnist-small --port /dev/ttyACM0',
      verify,
    )
      .requiredOption(...option.model)
      .addOption(
        new Option(
          '--board <id[@port]>',
          'board id or path of a board file, and the port that it is on; given several times, the boards share the pictures (default: host)',
        ).argParser(boardPlace),
      )
      .option(...option.images)
      .option(...option.count, wholeNumber(1))
      .option(...option.port)
      .option(
        '--journal [file]',
        'keep every answer in a file, for --resume (default: build/<board>/<network>.journal)',
      )
      .option('--resume', 'go on with the journal of a run that ended early, where there is one')
      .option(...option.out),
  );

  command(
    'prove',
    'prove that the Verilog of a network equals its tables, for all inputs',
    '--model models/mnist-small',
    prove,
  )
    .requiredOption(...option.model)
    .addOption(
      new Option('--engine <kind>', 'which Verilog: one lookup after another, or all of them as logic')
        .choices(['sequential', 'unrolled'])
        .default('sequential'),
    )
    .addOption(
      new Option('--folding <BxF>', 'of the sequential engine: columns x filters at once').argParser(folding),
    )
    .option('--limit <seconds>', 'for one table, requantizer or neuron', wholeNumber(1), 60)
    .option(...option.out);

  command(
    'data',
    'list the data sets that have a name and where they were looked for, or show pictures of one',
    '--preview fashion-mnist:test',
    data,
  )
    .option('--preview <set>', 'show the first pictures of a data set by name or path')
    .option('--count <n>', 'how many pictures to show', wholeNumber(1), 3);

  for (const made of program.commands) {
    if (READ_TRAINED.has(made.name())) withInput(made);
    if (READ_ANY_MODEL.has(made.name())) withTrained(made);
    if (READ_PICTURES.has(made.name())) withReading(made);
  }

  const listing = command('boards', 'list the boards', '--json', boards);
  command(
    'new <id>',
    'write the file of a new board like another one, check it, and render a project for it',
    'new my-board --like nucleo-f401re',
    boardsNew,
    listing,
  )
    .requiredOption('--like <board>', 'id of a board, or path of a board file, to start from')
    .option('--title <text>', 'what people call it (default: the id in words)')
    .option('--model <path>', 'what to render (default: mnist-small)')
    .option('--out <file>', 'the board file (default: <id>.json in this folder)');
  command('ports', 'list serial ports and the boards they may belong to', '', ports);
  command('doctor', 'say which tools are found, which are used, and why', '', doctor);
  return program;
}
