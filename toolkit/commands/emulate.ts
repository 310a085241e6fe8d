import { picture } from '../data/index.js';
import { openDevice } from '../device/index.js';
import { EXIT, InterruptedError } from '../errors.js';
import { createInterpreter, type TableNetwork } from '../network/index.js';
import { pictureLines } from '../report/picture.js';
import { grouped } from '../report/text.js';
import { boardOf } from './board.js';
import { builderFor } from './builder-for.js';
import { modelOf } from './model-of.js';
import { loadPictures } from './pictures.js';
import type { CommandBody } from './run.js';
import { requireExecutor } from './target.js';
import type { VerifyOptions } from './verify.js';

/** `tablize emulate`: shows pictures, and what the emulated board makes of each. */
export const emulate: CommandBody<VerifyOptions> = async (options, run) => {
  const { output, signal } = run;
  const board = boardOf(options);
  const model = await modelOf(options, run);
  const { network } = model;
  const pictures = loadPictures(options, model);
  requireExecutor(board, undefined, options.level);
  const { image } = await builderFor(board, network, options).build('emulate', run);
  const reference = createInterpreter(network);
  const device = await openDevice({ board, network, signal, ...(image === null ? {} : { image }) });
  const answers: object[] = [];
  let different = 0;
  try {
    const { latencyUnit } = await device.info();
    for (let i = 0; i < pictures.labels.length; i++) {
      if (signal.aborted) throw new InterruptedError();
      const pixels = picture(pictures, i);
      const answer = await device.infer(pixels);
      const expected = reference.infer(pixels);
      const exact = answer.label === expected.label && answer.logits.join() === expected.logits.join();
      if (!exact) different++;
      const values = valuesOf(network, answer.logits);
      const truth =
        values !== null || pictures.unlabelled === true
          ? null
          : (network.output.labels[pictures.labels[i] ?? -1] ?? '?');
      answers.push({
        image: i,
        truth,
        label: values === null ? (network.output.labels[answer.label] ?? null) : null,
        ...(values === null ? {} : { values }),
        logits: [...answer.logits],
        latency: answer.latency,
        exact,
      });
      for (const line of pictureLines(pixels, pictures.shape)) output.line(line);
      output.line(
        `picture ${i}: ${values === null ? `"${network.output.labels[answer.label] ?? '?'}"` : `${values.length} values`}${truth === null ? '' : ` (it is "${truth}")`}, ${grouped(answer.latency)} ${latencyUnit}, ${exact ? 'bit-exact' : 'DIFFERENT from the reference'}`,
      );
      output.line(
        values === null
          ? `  logits ${answer.logits.join(' ')}`
          : `  values ${values.map((value) => Number(value.toPrecision(4))).join(' ')}`,
      );
    }
  } finally {
    await device.close();
  }
  output.json({ board: board.id, executor: device.executor, model: network.name, answers });
  return different === 0 ? EXIT.ok : EXIT.difference;
};

/** Outputs in their units, before the function that is still to be taken; null of a network of classes. */
function valuesOf({ output: { values } }: TableNetwork, integers: Int32Array): readonly number[] | null {
  return values === undefined ? null : Array.from(integers, (each) => each * values.scale + values.offset);
}
