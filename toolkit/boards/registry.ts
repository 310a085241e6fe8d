import { readFileSync, readdirSync } from 'node:fs';
import { z } from 'zod';
import { assetPath } from '../assets.js';
import { InputError } from '../errors.js';
import { nearestName } from '../nearest.js';
import { boardSchema, type Board, type FirmwareBoard } from './board.js';
import { contradiction } from './contradiction.js';

/** Ids of the boards that are shipped, sorted. */
export function boardIds(): readonly string[] {
  return readdirSync(assetPath('boards'))
    .filter((file) => file.endsWith('.json') && file !== 'board.schema.json')
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/** All boards that are shipped. */
export function listBoards(): readonly Board[] {
  return boardIds().map(loadBoard);
}

/**
 * A board by its id, or by the path of the user's own board file (a name that ends in `.json`).
 * Throws InputError: unknown id (with the nearest one), unreadable file, or what is wrong in it.
 */
export function loadBoard(idOrPath: string): Board {
  if (idOrPath.endsWith('.json')) return readBoard(idOrPath);
  const ids = boardIds();
  if (!ids.includes(idOrPath)) {
    const nearest = nearestName(idOrPath, ids);
    throw new InputError(`there is no board "${idOrPath.slice(0, 80)}"`, {
      next:
        nearest === null
          ? `choose one of ${ids.join(', ')}, or give the path of a board file (.json)`
          : `did you mean "${nearest}"? \`tablize boards\` lists all`,
    });
  }
  const board = readBoard(assetPath(`boards/${idOrPath}.json`));
  if (board.id !== idOrPath)
    throw new InputError(`its id is "${board.id}"`, { where: `boards/${idOrPath}.json` });
  return board;
}

/** What may be asked of a board that its file has otherwise. */
export interface BoardChanges {
  /** Speed of the serial line. */
  readonly baud?: number | undefined;
  /** Clock of an FPGA's design, in Hz. */
  readonly clockHz?: number | undefined;
}

/** The board with other speeds. Throws InputError for those that it cannot have, together. */
export function withChanges(board: Board, { baud, clockHz }: BoardChanges): Board {
  if (clockHz !== undefined && board.kind !== 'fpga') {
    throw new InputError(`the clock of ${board.title} is set by its start-up code`, {
      next: 'leave --clock out',
    });
  }
  const changed = {
    ...board,
    clockHz: clockHz ?? board.clockHz,
    serial: { ...board.serial, baud: baud ?? board.serial.baud },
  } as Board;
  const problem = contradiction(changed);
  if (problem === null) return changed;
  const options = [
    ...(clockHz === undefined ? [] : ['--clock']),
    ...(problem.includes('baud') ? ['--baud'] : []),
  ];
  throw new InputError(problem, {
    where: board.title,
    next: `choose another ${options.length === 0 ? '--baud' : options.join(' or ')}, or leave it out`,
  });
}

/** As loadBoard, for a board that runs C. Throws InputError for an FPGA too. */
export function loadFirmwareBoard(idOrPath: string): FirmwareBoard {
  return requireFirmware(loadBoard(idOrPath));
}

/** The shipped boards that run C. */
export function listFirmwareBoards(): readonly FirmwareBoard[] {
  return listBoards().filter((board) => board.kind !== 'fpga');
}

function requireFirmware(board: Board): FirmwareBoard {
  if (board.kind !== 'fpga') return board;
  throw new InputError(`${board.title} has an FPGA, which runs no C`, {
    next: 'choose a microcontroller or "host" (`tablize boards` lists all)',
  });
}

function readBoard(path: string): Board {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new InputError('the board file cannot be read', { where: path, next: 'check the path', cause });
  }
  return parseBoard(text, path);
}

/** Checks the text of a board file; `where` names it in errors. Throws InputError. */
export function parseBoard(text: string, where: string): Board {
  let value: unknown;
  try {
    value = JSON.parse(text) as unknown;
  } catch (cause) {
    throw new InputError('the board file is not JSON', { where, cause });
  }
  const parsed = boardSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = issue?.path.map(String).join('.') ?? '';
    throw new InputError(`${path === '' ? 'the board' : path}: ${issue?.message ?? 'invalid'}`, {
      where,
      next: 'compare it with boards/board.schema.json',
    });
  }
  const problem = contradiction(parsed.data);
  if (problem !== null)
    throw new InputError(problem, {
      where,
      next: 'correct the field, or start from the file of a shipped board',
    });
  return parsed.data;
}

/** The JSON schema of board files, as committed in boards/board.schema.json. */
export function boardJsonSchema(): string {
  return `${JSON.stringify({ title: 'A board of tablize', ...z.toJSONSchema(boardSchema) }, null, 2)}\n`;
}
