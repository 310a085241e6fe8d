// A program in rp2040js, in this process. See bare/port_rp2040.c for how the two speak.
import { Simulator } from 'rp2040js';
import { byteLines } from './byte-lines.mjs';

/** @typedef {import('../cores.mjs').Core} Core */
/** @typedef {import('../build-image.mjs').Image} Image */

/** @param {Core} core @param {Image} image @param {(line: string) => boolean} onLine */
export function runRp2040({ memory }, { binary }, onLine) {
  const { rp2040: chip } = new Simulator();
  const { core } = chip;
  const quiet = () => undefined;
  const fault = (/** @type {string} */ component, /** @type {string} */ message) => {
    throw new Error(`the program crashed at ${core.PC.toString(16)}: ${component}: ${message}`);
  };
  chip.logger = { debug: quiet, info: quiet, warn: fault, error: fault };
  chip.flash.set(binary);
  const vectors = new DataView(chip.flash.buffer, chip.flash.byteOffset);
  core.VTOR = memory.flash.origin;
  core.SP = vectors.getUint32(0, true);
  core.PC = vectors.getUint32(4, true) & ~1;

  const ram = new DataView(chip.sram.buffer, chip.sram.byteOffset);
  const lines = byteLines(onLine);
  const [output, counter] = chip.uart;
  if (output === undefined || counter === undefined) throw new Error('the emulator has no two UARTs');
  output.onByte = lines.put;
  counter.onByte = () => ram.setUint32(0, core.cycles >>> 0, true);
  while (lines.wanted()) core.executeInstruction();
}
