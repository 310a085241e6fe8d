import type { Translations } from '../call.js';
import { channelsFirst, channelsLast, count, reshape } from '../layout.js';

export const normOperators: Translations = {
  /** y = x * factor + shift, with factor = scale / sqrt(variance + epsilon) and shift = bias - mean * factor. */
  BatchNormalization: (call) => {
    if (call.integer('training_mode', 0) !== 0 || call.outputs.slice(1).some((name) => name !== '')) {
      throw call.fail(
        'batch normalization in training mode',
        'Export the model for inference (model.eval()).',
      );
    }
    if (call.integer('spatial', 1) === 0) throw call.fail('statistics per position are not supported');
    const [input, scale, bias, mean, variance] = [0, 1, 2, 3, 4].map(call.input);
    if (!input || !scale || !bias || !mean || !variance) throw call.fail('inputs are missing');
    const epsilon = call.make([], [call.float('epsilon', 1e-5)]);
    const safe = call.apply({ kind: 'binary', of: 'add' }, [variance, epsilon]);
    const deviation = call.apply({ kind: 'unary', of: { kind: 'sqrt' } }, [safe]);
    const factor = call.apply({ kind: 'binary', of: 'divide' }, [scale, deviation]);
    const moved = call.apply({ kind: 'binary', of: 'multiply' }, [mean, factor]);
    const shift = call.apply({ kind: 'binary', of: 'subtract' }, [bias, moved]);
    const last = channelsLast(input, call.apply);
    const scaled = call.apply({ kind: 'binary', of: 'multiply' }, [last, factor]);
    return channelsFirst(call.apply({ kind: 'binary', of: 'add' }, [scaled, shift]), call.apply);
  },
  PRelu: (call) => {
    const [input, slope] = [call.input(0), call.input(1)];
    const rank = input.sizes.length;
    if (slope.sizes.length > rank) throw call.fail('the slopes have more axes than the input');
    const missing = count(slope.sizes.length, rank).map(() => 1);
    // Before version 7 a list of slopes was one per channel.
    const perChannel = call.version < 7 && slope.sizes.length === 1 && rank > 1;
    const sizes = perChannel ? [1, ...slope.sizes, ...missing.slice(1)] : [...missing, ...slope.sizes];
    const wide = reshape(slope, sizes, call.apply);
    const [x, slopes] = [channelsLast(input, call.apply), channelsLast(wide, call.apply)];
    return channelsFirst(call.apply({ kind: 'prelu' }, [x, slopes]), call.apply);
  },
};
