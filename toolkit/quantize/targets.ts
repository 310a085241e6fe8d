import type { DataSet } from '../data/data-set.js';

/** Target probabilities [pictures][classes]: 1 at the label. */
export function oneHot(data: DataSet): Float32Array {
  const classes = data.classes.length;
  const targets = new Float32Array(data.labels.length * classes);
  data.labels.forEach((label, i) => (targets[i * classes + label] = 1));
  return targets;
}

/** Distillation: half the label, half what the teacher's logits [pictures][classes] say. */
export function distilled(data: DataSet, teacher: Float32Array): Float32Array {
  const classes = data.classes.length;
  const targets = oneHot(data);
  for (let i = 0; i < targets.length; i += classes) {
    const logits = teacher.subarray(i, i + classes);
    const greatest = logits.reduce((most, logit) => Math.max(most, logit), -Infinity);
    const exponentials = logits.map((logit) => Math.exp(logit - greatest));
    const sum = exponentials.reduce((total, value) => total + value, 0);
    for (let k = 0; k < classes; k++) {
      targets[i + k] = 0.5 * (targets[i + k] ?? 0) + (0.5 * (exponentials[k] ?? 0)) / sum;
    }
  }
  return targets;
}
