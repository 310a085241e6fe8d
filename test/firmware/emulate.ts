import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { avrInstruction, CPU } from 'avr8js';
import type { Core } from '../../scripts/bench/cores.mjs';

/** A program for a core: an ELF file, and what its flash holds. */
export interface Image {
  readonly elf: string;
  readonly binary: Uint8Array;
}

/** Milliseconds, or clock cycles, after which a program that has not ended never will. */
const MOST_TIME = 60_000;
const MOST_CYCLES = 3e9;

const END = 'end';

/** The lines that a program prints before "end", or before it is stopped. `pictures` are for programs that do not hold them. */
export async function linesOf(
  core: Core,
  image: Image,
  pictures: readonly Uint8Array[],
): Promise<readonly string[]> {
  return core.emulator === 'avr8js' ? avrLines(core, image, pictures) : qemuLines(core, image);
}

async function qemuLines({ command: [program = '', ...args] }: Core, { elf }: Image): Promise<string[]> {
  const child = spawn(program, [...args, '-kernel', elf], {
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: MOST_TIME,
    killSignal: 'SIGKILL',
  });
  const closed = new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === END) break;
    lines.push(line);
  }
  child.kill('SIGKILL');
  await closed;
  return lines;
}

const [GPIOR0, GPIOR2] = [0x3e, 0x4b];

/** See scripts/bench/bare/port_avr.c for how the two speak. */
function avrLines(
  { memory: { flash, ram } }: Core,
  { binary }: Image,
  pictures: readonly Uint8Array[],
): string[] {
  const bytes = new Uint8Array(flash.size).fill(0xff);
  bytes.set(binary);
  const cpu = new CPU(new Uint16Array(bytes.buffer), ram.size);
  const lines = [''];
  cpu.writeHooks[GPIOR0] = (value) => {
    const text = String.fromCharCode(value);
    if (text === '\n') lines.push('');
    else lines.push((lines.pop() ?? '') + text);
    return true;
  };
  cpu.writeHooks[GPIOR2] = (value) => {
    cpu.data.set(pictures[value] ?? [], ram.origin + 4);
    return true;
  };
  while (lines.at(-2) !== END && cpu.cycles < MOST_CYCLES) {
    for (let i = 0; i < 1000; i++) {
      avrInstruction(cpu);
      cpu.tick();
    }
  }
  return lines.slice(0, -2);
}
