/**
 * Dividers of an iCE40 PLL in simple feedback: output = input / (divr + 1) x (divf + 1) / 2^divq
 * (Lattice FPGA-TN-02052, "iCE40 sysCLOCK PLL Design and User Guide").
 */
export interface Pll {
  readonly divr: number;
  readonly divf: number;
  readonly divq: number;
  readonly filterRange: number;
}

/** What the parts allow, in Hz (iCE40 family data sheets, "sysCLOCK PLL Timing"). */
const INPUT = { min: 10e6, max: 133e6 };
const OSCILLATOR = { min: 533e6, max: 1066e6 };
const OUTPUT = { min: 16e6, max: 275e6 };

/** Highest frequency at the phase detector for each setting of the loop filter, from 1 on; what is above takes the next. */
const FILTERS = [17e6, 26e6, 44e6, 66e6, 101e6];

/** Dividers that make exactly one frequency, in Hz, of another; null where there are none. */
export function pllFor(inputHz: number, outputHz: number): Pll | null {
  if (!within(outputHz, OUTPUT) || !within(inputHz, INPUT)) return null;
  for (let divr = 0; divr < 16; divr++) {
    const detector = inputHz / (divr + 1);
    if (!within(detector, INPUT)) continue;
    for (let divq = 1; divq <= 6; divq++) {
      const oscillator = outputHz * 2 ** divq;
      const divf = oscillator / detector - 1;
      if (!within(oscillator, OSCILLATOR) || !Number.isInteger(divf) || divf > 127) continue;
      const above = FILTERS.findIndex((highest) => detector < highest);
      return { divr, divf, divq, filterRange: above < 0 ? FILTERS.length + 1 : above + 1 };
    }
  }
  return null;
}

function within(value: number, { min, max }: { readonly min: number; readonly max: number }): boolean {
  return value >= min && value <= max;
}
