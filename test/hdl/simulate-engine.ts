import { engineImage, engineProgram, type Folding } from '../../toolkit/hdl/index.js';
import { elements, interpret, type TableNetwork } from '../../toolkit/network/index.js';
import { runBench } from './bench.js';

/** The engine's module alone, run by iverilog: one line per trace point and logit of each picture. */
export function simulateEngine(
  network: TableNetwork,
  folding: Folding,
  pictures: readonly Uint8Array[],
  change: (name: string, content: string) => string = (_name, content) => content,
): readonly string[] {
  return engineLines(network, folding, pictures, change).filter((line) => /^(point|logit) /.test(line));
}

/** Clocks from the start of a picture to the end of each of its stages, as the simulation counts them. */
export function simulatedClocks(network: TableNetwork, folding: Folding, picture: Uint8Array): number[] {
  return engineLines(network, folding, [picture], (_name, content) => content).flatMap((line) => {
    const clocks = /^clocks (\d+)$/.exec(line)?.[1];
    return clocks === undefined ? [] : [Number(clocks)];
  });
}

function engineLines(
  network: TableNetwork,
  folding: Folding,
  pictures: readonly Uint8Array[],
  change: (name: string, content: string) => string,
): readonly string[] {
  const { files, parameters } = engineImage(engineProgram(network, folding));
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
      'pictures.hex': shown,
    },
  );
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
