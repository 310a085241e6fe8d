import { engineImage, engineProgram, type Folding } from '../../toolkit/hdl/index.js';
import { elements, interpret, type TableNetwork } from '../../toolkit/network/index.js';
import { runBench } from './bench.js';

/** The engine's module alone, run by iverilog: one line per trace point and logit of each picture, and one of its clocks. */
export function runEngine(
  network: TableNetwork,
  folding: Folding,
  pictures: readonly Uint8Array[],
  change: (name: string, content: string) => string = (_name, content) => content,
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
  ).filter((line) => /^(point|logit|clocks) /.test(line));
}

/** What it computes, without its clocks. */
export function simulateEngine(...run: Parameters<typeof runEngine>): readonly string[] {
  return runEngine(...run).filter((line) => !line.startsWith('clocks'));
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
