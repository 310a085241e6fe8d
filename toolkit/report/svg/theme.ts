/** Looks that all charts share. Colours are told apart by colour-blind people, and have contrast on white. */
export const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#aa4499', '#332288', '#8c6a00', '#5a5a5a'] as const;

export const INK = { text: '#1f2328', faint: '#57606a', axis: '#8c959f', grid: '#e3e6ea', paper: '#ffffff' };

export const FONT = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";

/** Sizes of text in pixels. */
export const SIZE = { title: 16, label: 13, small: 12 } as const;

/** Outlines of markers around (0, 0), so that series differ in more than colour. */
const MARKERS = [
  'M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0Z',
  'M-4 -4H4V4H-4Z',
  'M0 -5.2L5 3.8H-5Z',
  'M0 -5.6L5.6 0L0 5.6L-5.6 0Z',
  'M0 5.2L5 -3.8H-5Z',
] as const;

/** The colour of series number `index`; after the last one they start again. */
export function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length] ?? INK.text;
}

/** The marker of series number `index`. As 5 and 7 have no common divisor, 35 series differ from each other. */
export function markerOf(index: number): string {
  return MARKERS[index % MARKERS.length] ?? MARKERS[0];
}
