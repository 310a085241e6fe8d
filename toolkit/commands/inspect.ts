import { EXIT } from '../errors.js';
import { inspectLines, inspectNetwork } from '../report/inspect.js';
import { loadModel } from './model.js';
import type { CommandBody, CommonOptions } from './run.js';

interface InspectOptions extends CommonOptions {
  readonly model: string;
  readonly tables?: boolean;
}

/** `tablize inspect`: what is known of a network before it is built. */
export const inspect: CommandBody<InspectOptions> = ({ model, tables = false }, { output }) => {
  const { network } = loadModel(model);
  output.json(inspectNetwork(network));
  for (const line of inspectLines(network, tables)) output.line(line);
  return EXIT.ok;
};
