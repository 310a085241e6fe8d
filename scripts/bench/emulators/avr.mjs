// A program in avr8js, in this process. See bare/port_avr.c for how the two speak.
import { avrInstruction, CPU } from 'avr8js';
import { byteLines } from './byte-lines.mjs';

/** @typedef {import('../cores.mjs').Core} Core */
/** @typedef {import('../build-image.mjs').Image} Image */

const [GPIOR0, GPIOR1, GPIOR2] = [0x3e, 0x4a, 0x4b];
/** Erased flash; no instruction. */
const ERASED = 0xffff;

/** @param {Core} core @param {Image} image @param {(line: string) => boolean} onLine @param {readonly Uint8Array[]} pictures */
export function runAvr({ memory: { flash, ram } }, { binary }, onLine, pictures) {
  const bytes = new Uint8Array(flash.size).fill(0xff);
  bytes.set(binary);
  const program = new Uint16Array(bytes.buffer);
  const cpu = new CPU(program, ram.size);
  const data = new DataView(cpu.data.buffer, cpu.data.byteOffset);
  const lines = byteLines(onLine);
  cpu.writeHooks[GPIOR0] = (value) => {
    lines.put(value);
    return true;
  };
  cpu.writeHooks[GPIOR1] = () => {
    data.setUint32(ram.origin, cpu.cycles >>> 0, true);
    return true;
  };
  cpu.writeHooks[GPIOR2] = (value) => {
    cpu.data.set(pictures[value] ?? new Uint8Array(), ram.origin + 4);
    return true;
  };
  while (lines.wanted()) {
    if (program[cpu.pc] === ERASED) throw new Error(`the program ran into erased flash at ${cpu.pc * 2}`);
    avrInstruction(cpu);
    cpu.tick();
  }
}
