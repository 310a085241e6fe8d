import {
  engineImage,
  engineProgram,
  PLAIN,
  type Folding,
  type WeightStore,
} from '../../toolkit/hdl/index.js';
import { elements, interpret, type TableNetwork } from '../../toolkit/network/index.js';
import { runBench } from './bench.js';

/** Another content for a file of the design. */
type Change = (name: string, content: string) => string;
const UNCHANGED: Change = (_name, content) => content;

/** The engine's module alone, run by iverilog: one line per trace point and logit of each picture. */
export function simulateEngine(
  network: TableNetwork,
  folding: Folding,
  pictures: readonly Uint8Array[],
  change: Change = UNCHANGED,
  store: WeightStore = PLAIN,
): readonly string[] {
  return engineLines(network, folding, pictures, change, store).filter((line) =>
    /^(point|logit) /.test(line),
  );
}

/** Clocks from the start of a picture to the end of each of its stages, as the simulation counts them. */
export function simulatedClocks(network: TableNetwork, folding: Folding, picture: Uint8Array): number[] {
  return engineLines(network, folding, [picture], UNCHANGED, PLAIN).flatMap((line) => {
    const clocks = /^clocks (\d+)$/.exec(line)?.[1];
    return clocks === undefined ? [] : [Number(clocks)];
  });
}

function engineLines(
  network: TableNetwork,
  folding: Folding,
  pictures: readonly Uint8Array[],
  change: Change,
  store: WeightStore,
): readonly string[] {
  const { files, parameters, large } = engineImage(engineProgram(network, folding), store);
  const shown = pictures.map((one) => Array.from(one, (byte) => byte.toString(16)).join(' ')).join('\n');
  return runBench(
    'engine_bench',
    {
      ...parameters,
      PIXELS: elements(network.input.shape),
      PICTURES: pictures.length,
      POINTS: network.stages.length,
    },
    {
      ...Object.fromEntries(files.map(({ name, content }) => [name, change(name, content)])),
      'large.hex': slices(large ?? new Uint8Array()),
      'pictures.hex': shown,
    },
  );
}

function slices(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').replace(/.{4}/g, '$&\n');
}

/** What the lines must be. */
export function expectedLines(network: TableNetwork, pictures: readonly Uint8Array[]): readonly string[] {
  return pictures.flatMap((one) => {
    const { trace = [], logits } = interpret(network, one, { trace: true });
    return [
      ...trace.slice(0, -1).map((values, point) => `point ${point} ${Array.from(values).join(' ')}`),
      ...Array.from(logits, (logit, number) => `logit ${number} ${logit}`),
    ];
  });
}
