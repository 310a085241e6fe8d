// How many test pictures a network gets right.
import { evaluateFused, fuse, inputValues } from '../../dist/model/index.js';

/** @typedef {import('./subject.mjs').Subject} Subject */
/** @typedef {import('../../dist/model/index.js').FusedModel} FusedModel */

/** @param {readonly { readonly label: number }[]} answers @param {ArrayLike<number>} labels */
export const countRight = (answers, labels) => answers.filter(({ label }, i) => label === labels[i]).length;

/** What float models get right. It takes long, and several networks are made of one model: each is evaluated once. */
export function floatJudge() {
  /** @type {Map<string, number>} */
  const known = new Map();
  /** @param {Subject} subject */
  return ({ model, pictures, labels }) => {
    const fused = fuse(model);
    const key = `${model.labels.join()} ${fused.stages.map(weightsText).join()}`;
    const right =
      known.get(key) ??
      countRight(
        pictures.map((picture) => ({ label: labelOf(fused, picture) })),
        labels,
      );
    known.set(key, right);
    return right;
  };
}

/** @param {import('../../dist/model/index.js').FusedStage} stage */
const weightsText = (stage) =>
  'kernel' in stage ? Buffer.from(stage.kernel.slice().buffer).toString('base64') : '';

/** @param {FusedModel} fused @param {Uint8Array} picture */
function labelOf(fused, picture) {
  const logits = evaluateFused(fused, inputValues(fused, picture));
  return logits.indexOf(Math.max(...logits));
}
