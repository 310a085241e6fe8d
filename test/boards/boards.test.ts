import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assetPath } from '../../toolkit/assets.js';
import {
  boardIds,
  listBoards,
  listFirmwareBoards,
  loadBoard,
  loadFirmwareBoard,
  parseBoard,
} from '../../toolkit/boards/index.js';
import { InputError } from '../../toolkit/errors.js';
import { checkFit, firmwareProject } from '../../toolkit/firmware/index.js';
import { nearestName } from '../../toolkit/nearest.js';
import { planFirmware } from '../../toolkit/plan/index.js';
import { tinyNetwork } from '../support/tiny-network.js';

const pico = readFileSync(assetPath('boards/raspberry-pi-pico.json'), 'utf8');

/** The error that a call throws; fails when it throws none or another kind. */
function inputError(call: () => unknown): InputError {
  try {
    call();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('no error was thrown');
}

describe('the shipped boards', () => {
  it('are these', () => {
    expect(boardIds()).toEqual([
      'arduino-mega2560',
      'arduino-nano',
      'arduino-uno',
      'ch32v003',
      'hifive1-revb',
      'host',
      'ice40-hx8k-b-evn',
      'icebreaker',
      'icestick',
      'microbit',
      'microbit-v2',
      'mps2-an385',
      'mps2-an386',
      'mps2-an500',
      'netduinoplus2',
      'nucleo-f401re',
      'nucleo-f446re',
      'olimex-stm32-h405',
      'raspberry-pi-pico',
      'raspberry-pi-pico2',
      'seeed-xiao-samd21',
      'stm32f4-discovery',
      'stm32vldiscovery',
      'tangnano9k',
      'tinyfpga-bx',
      'ulx3s-25f',
      'ulx3s-85f',
      'upduino3',
    ]);
  });

  const firmwareIds = listFirmwareBoards().map(({ id }) => id);
  it.each(firmwareIds)('%s loads, renders, plans, and links to the documents it comes from', (id) => {
    const board = loadFirmwareBoard(id);
    expect(board.id).toBe(id);
    expect(board.$schema).toBe('./board.schema.json');
    expect(board.kind === 'host' || board.links.length >= 2).toBe(true);
    checkFit(tinyNetwork(), board);
    const project = firmwareProject(tinyNetwork(), board);
    for (const path of [...project.inference, ...project.support]) expect(project.files.has(path)).toBe(true);
    if (project.linkerScript !== null) expect(project.files.has(project.linkerScript)).toBe(true);
    expect(project.files.get('firmware/config.h')).toContain(`#define BOARD_ID "${id}"`);
    const plan = planFirmware(project, board, {
      kind: 'gcc',
      toolchain: board.toolchain,
      compiler: ['cc'],
      objcopy: board.kind === 'host' ? null : ['objcopy'],
      env: {},
      version: '',
      why: '',
    });
    for (const path of [...project.inference, ...project.support]) {
      expect(plan.commands.some(({ argv }) => argv.includes(path))).toBe(true);
    }
    for (const path of project.files.keys())
      expect(path).toMatch(/^[a-zA-Z0-9_]+(\/[a-zA-Z0-9_]+)?(\.[a-zA-Z0-9]+)*$/);
  });

  it('are all listed', () => {
    expect(listBoards().map(({ id }) => id)).toEqual(boardIds());
  });
});

describe('loadBoard', () => {
  it.each([
    ['rasberry-pi-pico', 'raspberry-pi-pico'],
    ['pico', 'raspberry-pi-pico'],
    ['uno', 'arduino-uno'],
    ['Arduino-Uno', 'arduino-uno'],
    ['hots', 'host'],
  ])('suggests for %s the board %s', (wrong, right) => {
    const error = inputError(() => loadBoard(wrong));
    expect(error.message).toContain(wrong);
    expect(error.next).toContain(`"${right}"`);
  });

  it('lists all ids where none is near', () => {
    expect(inputError(() => loadBoard('zzzzzzzzzzzz')).next).toContain(boardIds().join(', '));
    expect(nearestName('', ['host'])).toBeNull();
    expect(nearestName('host', [])).toBeNull();
  });

  it('never leaves the folder of boards by an id', () => {
    expect(inputError(() => loadBoard('../package')).message).toContain('no board');
    expect(inputError(() => loadBoard('board.schema')).message).toContain('no board');
  });

  it('takes a board file of the user', () => {
    expect(loadBoard(assetPath('boards/host.json')).id).toBe('host');
    expect(inputError(() => loadBoard('/nowhere/board.json')).where).toBe('/nowhere/board.json');
  });
});

describe('parseBoard', () => {
  const changed = (change: (board: Record<string, unknown>) => void): string => {
    const board = JSON.parse(pico) as Record<string, unknown>;
    change(board);
    return JSON.stringify(board);
  };

  it.each([
    ['not JSON', '{', 'not JSON'],
    ['not an object', '[]', 'expected object'],
    ['an id with a path in it', changed((board) => (board['id'] = '../x')), 'id:'],
    ['an unknown field', changed((board) => (board['colour'] = 'green')), 'colour'],
    ['a clock that is no number', changed((board) => (board['clockHz'] = '125 MHz')), 'clockHz'],
    [
      'a target without its tool chain',
      changed((board) => (board['target'] = 'atmega328p')),
      'toolchain.kind',
    ],
    ['a microcontroller without memory', changed((board) => (board['memory'] = null)), 'memory'],
    [
      'a ring that is no power of two',
      changed((board) => ((board['serial'] as Record<string, unknown>)['receiveBuffer'] = 1000)),
      'power of two',
    ],
  ])('refuses %s', (_what, text, message) => {
    const error = inputError(() => parseBoard(text, 'my.json'));
    expect(error.message).toContain(message);
    expect(error.where).toBe('my.json');
  });
});
