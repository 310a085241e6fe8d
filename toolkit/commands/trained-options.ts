import { Option, type Command } from 'commander';
import { candidateText } from '../search/index.js';
import { LEVELS_WITHOUT_TRAINING } from './model-of.js';
import { finiteNumber, labelList, stageLevels } from './parse-options.js';
import { numberList } from './reading.js';

/** What `--model` may be where that is a trained model in floating point. */
export const TRAINED_FILES =
  '.onnx, .tflite, .keras or .h5 file, or model.json of TensorFlow.js (Layers or graph)';

/** Options of commands that read a trained model: what a byte is to it, and what its outputs are. */
export const withInput = (to: Command): Command =>
  to
    .option(
      '--scale <s>',
      'the float network reads byte * s + offset (default: as it says, or 1/255)',
      finiteNumber,
    )
    .option('--offset <o>', 'see --scale (default: as it says, or 0)', finiteNumber)
    .option(
      '--mean <m>',
      'in place of --scale and --offset: the float network reads (byte / 255 - m) / s; one number, or one per channel if they are the same',
      numberList,
    )
    .option('--std <s>', 'see --mean', numberList)
    .option('--labels <list>', 'names of the classes, between commas', labelList)
    .addOption(
      new Option(
        '--task <name>',
        'what the outputs are: logits of classes, or values (regression, auto-encoders; default: classify)',
      ).choices(['classify', 'regress']),
    );

/** Options with which a command that takes tables takes a trained model as well. */
export const withTrained = (to: Command): Command =>
  withInput(
    to
      .option(
        '--calibrate <set>',
        `of a trained model (${TRAINED_FILES}): pictures to choose its levels with, such as mnist:train or a file or folder (docs/data.md)`,
      )
      .addOption(
        new Option(
          '--levels <AxW>',
          `with --calibrate: activation x weight levels; after a comma, stages with others, such as 8x5,conv1=13x3 (default: ${candidateText(LEVELS_WITHOUT_TRAINING)})`,
        ).argParser(stageLevels),
      ),
  );
