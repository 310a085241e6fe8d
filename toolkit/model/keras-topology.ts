import { z } from 'zod';
import { InputError } from '../errors.js';
import { isModel, parseConfiguration, type Configuration, type ListedLayer } from './keras-configuration.js';
import { inboundNames, referredTo } from './keras-references.js';
import { variablesOf } from './keras-variables.js';
import { uniqueName } from './safe-name.js';

/** One layer of a Keras configuration, with the names of the layers it reads. */
export interface KerasNode {
  readonly className: string;
  /** That of its layer, or of a model within the model one of its own. */
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Empty for the first layer and for input layers. */
  readonly inputs: readonly string[];
  /** Its name, after those of the models that it is within. */
  readonly path: readonly string[];
  /** Where Keras 3 keeps its variables. */
  readonly place: readonly Place[];
}

/** A layer or model among those of its class that have variables, in the model that holds it. */
export interface Place {
  readonly className: string;
  readonly index: number;
}

export interface KerasTopology {
  readonly name: string;
  /** Keras 3 gave some names another meaning. */
  readonly isKeras3: boolean;
  /** Models within the model are taken apart into their layers. */
  readonly nodes: readonly KerasNode[];
  /** [batch, ...], where a Sequential model says it and its layers do not. */
  readonly builtFor: unknown;
}

const keras3 = z.object({ keras_version: z.string().startsWith('3.') });
const DEEPEST = 16;
/** Far more than any network that is for a small device. */
const MOST_LAYERS = 10_000;

/**
 * The layers of a Sequential or Functional Keras configuration, in order.
 *
 * @throws InputError if it is neither, or has a layer that is used twice or several outputs.
 */
export function parseTopology(topology: Readonly<Record<string, unknown>>, where: string): KerasTopology {
  const configuration = parseConfiguration(topology['model_config'] ?? topology, where);
  const nodes: KerasNode[] = [];
  const used = new Set(configuration.layers.map(({ name }) => name));
  flatten(configuration, { inputs: [], path: [], place: [], where, used }, nodes);
  const { name, builtFor } = configuration;
  return { name, isKeras3: keras3.safeParse(topology).success, nodes, builtFor };
}

/** Where a model stands. */
interface Around {
  /** What it reads; nothing for the whole model. */
  readonly inputs: readonly string[];
  readonly path: readonly string[];
  readonly place: readonly Place[];
  readonly where: string;
  /** Names of nodes. */
  readonly used: Set<string>;
}

/** Adds the layers of a model to `nodes`; the name of the one that makes its output. */
function flatten(model: Configuration, around: Around, nodes: KerasNode[]): string {
  const { path, where, used } = around;
  if (path.length > DEEPEST || nodes.length + model.layers.length > MOST_LAYERS) {
    throw new InputError(
      `models more than ${DEEPEST} deep within models, or more than ${MOST_LAYERS} layers`,
      {
        where,
        next: 'Export a smaller model.',
      },
    );
  }
  /** What layers make, by their names in this model: nodes. */
  const made = new Map<string, string>();
  const seen = new Map<string, number>();
  const entrances = referredTo(model.inputLayers) ?? [];
  let before: string | undefined;
  for (const layer of model.layers) {
    const isEntrance = layer.className === 'InputLayer';
    const names = model.isSequential
      ? before === undefined
        ? around.inputs
        : [before]
      : isEntrance
        ? around.inputs.slice(...only(entrances.indexOf(layer.name)))
        : inboundNames(layer.name, layer.inbound, where).map((name) => made.get(name) ?? name);
    if (!model.isSequential && !isEntrance && path.length > 0 && names.length === 0) {
      throw new InputError('its inputs cannot be read', { where: `layer "${layer.name}" of ${where}` });
    }
    const inner = [...path, layer.name];
    const place = [...around.place, placeOf(layer, seen)];
    if (isModel(layer.className)) {
      const within = parseConfiguration({ class_name: layer.className, config: layer.config }, where);
      before = flatten(within, { inputs: names, path: inner, place, where, used }, nodes);
    } else {
      const name = path.length === 0 ? layer.name : uniqueName(inner.join('_'), used);
      nodes.push({
        className: layer.className,
        name,
        config: layer.config,
        inputs: names,
        path: inner,
        place,
      });
      before = name;
    }
    made.set(layer.name, before);
  }
  if (model.isSequential) return before ?? around.inputs[0] ?? '';
  return outputOf(model, made, nodes, around);
}

/** One input of several, or all where there is nothing to tell them apart. */
const only = (index: number): readonly [number, number?] => (index < 0 ? [0] : [index, index + 1]);

function placeOf(layer: ListedLayer, seen: Map<string, number>): Place {
  const { className } = layer;
  const index = seen.get(className) ?? 0;
  if (hasVariables(layer)) seen.set(className, index + 1);
  return { className, index };
}

function hasVariables({ className, config }: { className: string; config: unknown }, depth = 0): boolean {
  const settings = z.record(z.string(), z.unknown()).safeParse(config).data ?? {};
  if (!isModel(className)) return variablesOf(className, settings).length > 0;
  const listed = z.array(z.object({ class_name: z.string(), config: z.unknown() }));
  const layers = listed.safeParse(settings['layers']).data ?? [];
  return (
    depth < DEEPEST &&
    layers.some((layer) => hasVariables({ className: layer.class_name, config: layer.config }, depth + 1))
  );
}

function outputOf(
  model: Configuration,
  made: ReadonlyMap<string, string>,
  nodes: readonly KerasNode[],
  { path, where }: Around,
): string {
  const last = nodes.at(-1)?.name;
  const names = referredTo(model.outputLayers);
  const output = names?.length === 1 ? made.get(names[0] ?? '') : undefined;
  // Our last layer makes the output; within a model any may.
  if (output !== undefined && (path.length > 0 || output === last)) return output;
  throw new InputError('the model must have one output, that of its last layer', {
    where: path.length === 0 ? where : `model "${path.join('/')}" of ${where}`,
    next: 'Export a model with a single output.',
  });
}
