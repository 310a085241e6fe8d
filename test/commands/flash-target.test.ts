import { describe, expect, it } from 'vitest';
import { loadBoard } from '../../toolkit/boards/index.js';
import { checkFlashTarget } from '../../toolkit/commands/flash-target.js';

const check = (board: string, port: string): void => {
  checkFlashTarget(loadBoard(board), { port });
};

describe('a port of another machine', () => {
  it.each(['rfc2217://lab:2217', 'tcp://lab:2217'])('%s is not one that avrdude flashes through', (port) => {
    expect(() => {
      check('arduino-uno', port);
    }).toThrow('Arduino Uno is flashed by avrdude, which needs a port of this machine');
  });

  it('serves a board that is flashed in another way', () => {
    expect(() => {
      check('nucleo-f401re', 'rfc2217://lab:2217');
    }).not.toThrow();
  });
});
