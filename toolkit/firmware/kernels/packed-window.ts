import type { AnalysedStage, Conv2dStage, DepthwiseConv2dStage } from '../../network/index.js';

/** The part of a line of words that one phase (column modulo stride) has. */
export interface Phase {
  readonly cell: number;
  readonly before: number;
  readonly inside: number;
  readonly after: number;
}

/** How a stage's input is packed into words of one activation per lane, and its positions shared out. */
export interface PackedWindow {
  /** Rows of the output per lane. */
  readonly rows: number;
  readonly fullLanes: number;
  readonly lastRows: number;
  readonly width: number;
  /** Blocks of positions in a row. */
  readonly blocks: number;
  readonly phases: readonly Phase[];
  /** Whether each row of the output packs what it reads, rather than all rows at once. */
  readonly byRow: boolean;
  readonly lines: number;
  /** Columns of words per phase. */
  readonly columns: number;
  /** Packed at once: all, or some of a depthwise convolution. */
  readonly channels: number;
  readonly channelWords: number;
  readonly lineWords: number;
  readonly rowWords: number;
  readonly laneLines: number;
  readonly words: number;
  /** Whether a line above or below the tensor is read. */
  readonly border: boolean;
  /** Words from the beginning of a window to each place of the filter, in the order of the weights. */
  readonly places: readonly number[];
}

/** Positions side by side that the engine computes together (TABLIZE_BLOCK). */
export const BLOCK = 4;

/** Bytes of packed channels of a depthwise convolution. */
const ROOM = { 4: 2048, 1: 96 } as const;

/** How many channels of a depthwise convolution are packed at once: so many that they share the channels evenly and fit the room. */
function channelsAtOnce(channels: number, bytesEach: number, lanes: 4 | 1): number {
  const most = Math.max(1, Math.floor(ROOM[lanes] / bytesEach));
  return (
    Array.from({ length: channels }, (_, k) => channels - k).find((n) => channels % n === 0 && n <= most) ?? 1
  );
}

/**
 * Lays out the input of a convolution for `lanes` activations per word. With `pool` 2, the output is what 2 x 2 max pooling
 * makes of the positions.
 */
export function packedWindow(
  { inputs, output }: AnalysedStage,
  stage: Conv2dStage | DepthwiseConv2dStage,
  lanes: 4 | 1,
  pool: 1 | 2,
): PackedWindow {
  const [height, width, depth] = inputs[0]?.shape ?? [0, 0, 0];
  const [kernelHeight, kernelWidth] = stage.kernel;
  const [strideY, strideX] = stage.stride;
  const { top, left } = stage.padding;
  const outputRows = Math.floor(output.shape[0] / pool);
  const outputWidth = Math.floor(output.shape[1] / pool);
  const rows = Math.ceil(outputRows / lanes);
  const blocks = Math.ceil(outputWidth / (BLOCK / pool));
  const columns = BLOCK * blocks + Math.floor((kernelWidth - 1) / strideX);
  const channelWords = strideX * columns;
  // A word of one lane is no smaller than what it is made of: all of them would take as much room as the tensor again.
  const byRow = lanes === 1 && stage.kind === 'conv2d';
  const lines = ((byRow ? 1 : rows) * pool - 1) * strideY + kernelHeight;
  const channels =
    stage.kind === 'depthwiseConv2d' ? channelsAtOnce(depth, lines * channelWords * lanes, lanes) : depth;
  const lineWords = channels * channelWords;
  const lastWindow = outputWidth * pool - 1;
  const phases = Array.from({ length: strideX }, (_, phase): Phase => {
    if (phase >= kernelWidth) return { cell: 0, before: 0, inside: 0, after: 0 };
    const needed = lastWindow + Math.floor((kernelWidth - 1 - phase) / strideX) + 1;
    const before = Math.min(needed, Math.max(0, Math.ceil((left - phase) / strideX)));
    const first = before * strideX + phase - left;
    const inside = Math.max(0, Math.min(needed - before, Math.ceil((width - first) / strideX)));
    return { cell: inside === 0 ? 0 : first * depth, before, inside, after: needed - before - inside };
  });
  const lastLine = (outputRows * pool - 1) * strideY + kernelHeight - top;
  return {
    rows,
    fullLanes: Math.floor(outputRows / rows),
    lastRows: outputRows % rows,
    width: outputWidth,
    blocks,
    phases,
    byRow,
    lines,
    columns,
    channels,
    channelWords,
    lineWords,
    rowWords: strideY * lineWords,
    laneLines: rows * pool * strideY,
    words: lines * lineWords,
    border: top > 0 || lastLine > height,
    places: Array.from({ length: kernelHeight }, (_y, ky) =>
      Array.from({ length: kernelWidth }, (_x, kx) =>
        Array.from(
          { length: stage.kind === 'depthwiseConv2d' ? 1 : depth },
          (_c, c) => ky * lineWords + c * channelWords + (kx % strideX) * columns + Math.floor(kx / strideX),
        ),
      ),
    ).flat(2),
  };
}
