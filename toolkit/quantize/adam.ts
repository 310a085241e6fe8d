/** Named arrays: weights, biases, weight levels ("dense1/levels"), activation steps ("dense1/step"). */
export type Parameters = ReadonlyMap<string, Float32Array>;

/** Weights under training with Adam's running moments of their gradients. Plain arrays, so that it can be saved. */
export interface Trainee {
  readonly steps: number;
  readonly parameters: Parameters;
  readonly first: Parameters;
  readonly second: Parameters;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-7;

export function newTrainee(parameters: Parameters): Trainee {
  const zeros = new Map([...parameters].map(([name, values]) => [name, new Float32Array(values.length)]));
  return { steps: 0, parameters, first: zeros, second: new Map(zeros) };
}

/** One step of Adam (Kingma and Ba 2015, algorithm 1). A parameter without gradient stays as it is. */
export function adamStep(trainee: Trainee, gradients: Parameters, rate: (name: string) => number): Trainee {
  const steps = trainee.steps + 1;
  const correction1 = 1 - BETA1 ** steps;
  const correction2 = 1 - BETA2 ** steps;
  const parameters = new Map(trainee.parameters);
  const first = new Map(trainee.first);
  const second = new Map(trainee.second);
  for (const [name, gradient] of gradients) {
    const values = copyOf(parameters, name);
    const m = copyOf(first, name);
    const v = copyOf(second, name);
    const scale = rate(name) / correction1;
    for (let i = 0; i < values.length; i++) {
      const g = gradient[i] ?? 0;
      const mean = BETA1 * (m[i] ?? 0) + (1 - BETA1) * g;
      const square = BETA2 * (v[i] ?? 0) + (1 - BETA2) * g * g;
      m[i] = mean;
      v[i] = square;
      values[i] = (values[i] ?? 0) - (scale * mean) / (Math.sqrt(square / correction2) + EPSILON);
    }
    parameters.set(name, values);
    first.set(name, m);
    second.set(name, v);
  }
  return { steps, parameters, first, second };
}

const copyOf = (parameters: Parameters, name: string): Float32Array =>
  parameters.get(name)?.slice() ?? new Float32Array();
