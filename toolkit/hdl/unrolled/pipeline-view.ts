import { INPUT } from '../../network/index.js';
import type { StageCircuit, TensorBits } from './stage-circuit.js';
import { verilogName } from './stage-view.js';

interface TimedStage {
  readonly circuit: StageCircuit;
  readonly module: string;
  readonly latency: number;
}

/** Where a tensor is, and how many clocks after the picture. */
interface Place {
  readonly signal: string;
  readonly clock: number;
}

/**
 * What hdl-templates/unrolled/pipeline.v.ejs prints: the stages one after another. A tensor that is read later than it is made
 * waits in registers. With `traced` the elements of all stages but the last come out too, each as wide as the widest.
 */
export function pipelineView(input: TensorBits, stages: readonly TimedStage[], traced: boolean) {
  const places = new Map<string, Place>([[INPUT, { signal: 'x', clock: 0 }]]);
  const read = new Set<string>();
  const views = stages.map(({ circuit: { name, reads, writes }, module, latency }) => {
    const begin = Math.max(0, ...reads.map((tensor) => places.get(tensor.name)?.clock ?? 0));
    const inputs = reads.map((tensor) => {
      read.add(tensor.name);
      const { signal, clock } = places.get(tensor.name) ?? { signal: 'x', clock: 0 };
      const port = `x_${verilogName(tensor.name)}`;
      const width = tensor.elements * tensor.width;
      const late = `${verilogName(name)}_${port}`;
      const clocks = begin - clock;
      return clocks === 0
        ? { port, signal, delay: [] }
        : {
            port,
            signal: late,
            delay: [{ width, msb: width - 1, clocks, in: signal, out: late, instance: `${late}_delay` }],
          };
    });
    const output = `y_${verilogName(name)}`;
    places.set(name, { signal: output, clock: begin + latency });
    return {
      title: `Clock ${begin + 1} to ${begin + latency}: "${name}"`,
      module,
      instance: `${module}_instance`,
      msb: writes.elements * writes.width - 1,
      output,
      inputs: inputs.map(({ port, signal }) => ({ port, signal })),
      delays: inputs.flatMap(({ delay }) => delay),
    };
  });

  const tensors = stages.map(({ circuit }) => circuit.writes);
  const [logits, inner] = [tensors.at(-1), tensors.slice(0, -1)];
  const indexBits = Math.max(input.width, ...(traced ? inner.map(({ width }) => width) : []));
  const shown = traced ? inner : [];
  const widened = shown
    .filter(({ width }) => width < indexBits)
    .map((tensor) => ({
      msb: tensor.elements * indexBits - 1,
      count: tensor.elements,
      from: tensor.width,
      to: indexBits,
      in: `y_${verilogName(tensor.name)}`,
      out: `z_${verilogName(tensor.name)}`,
      instance: `widen_${verilogName(tensor.name)}`,
    }));
  const parts = shown.map(({ name, width }) => `${width < indexBits ? 'z' : 'y'}_${verilogName(name)}`);
  const bits = shown.reduce((sum, { elements }) => sum + elements, 0) * indexBits;
  const unread = [INPUT, ...inner.map(({ name }) => name)].filter(
    (name) => !read.has(name) && !(traced && name !== INPUT),
  );
  return {
    latency: places.get(logits?.name ?? '')?.clock ?? 0,
    indexBits,
    inputMsb: input.elements * input.width - 1,
    logitsMsb: (logits?.elements ?? 1) * (logits?.width ?? 1) - 1,
    elementsMsb: Math.max(1, bits === 0 ? indexBits : bits) - 1,
    elementsNote: traced ? 'of all stages but the last, for traces' : 'not traced',
    stages: views,
    widened,
    logits: `y_${verilogName(logits?.name ?? '')}`,
    elements: parts.length === 0 ? `${indexBits}'d0` : `{${[...parts].reverse().join(', ')}}`,
    unread: unread.map((name) => places.get(name)?.signal ?? 'x').join(', '),
    hasUnread: unread.length > 0,
  };
}
