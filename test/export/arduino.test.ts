import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { avrMachine } from '../../toolkit/device/emulators/avr8.js';
import { madeUpPictures, usualCore } from '../../toolkit/export/index.js';
import { nameSchema, parseNetwork, type TableNetwork } from '../../toolkit/network/index.js';
import { assetPath } from '../../toolkit/assets.js';
import { randomNetwork } from '../support/random-network.js';
import { tinyNetwork } from '../support/tiny-network.js';
import { itWithTool } from '../support/tools.js';
import { exampleLines, exported, sh, written } from './written.js';

const STUB = assetPath('test/export/arduino');

/** The flags that the Arduino core for AVR compiles C and C++ with, but for link-time optimization. */
const C = '-Os -std=gnu11 -ffunction-sections -fdata-sections -Wall -Wextra -Werror';
const CPP = '-Os -std=gnu++11 -fpermissive -fno-exceptions -ffunction-sections -fdata-sections -Wall -Wextra';

/** Compiles a library as the Arduino tools do, with src/ alone among the folders of headers, and its sketch; links them. */
function build(sketch: string, tools: string, machine: string): string {
  return [
    `mkdir -p build && cd build`,
    `${tools}gcc ${machine} ${C} -I../src -c $(find ../src -name '*.c')`,
    `${tools}g++ ${machine} ${CPP} -Werror -I${STUB} -I../src -x c++ -include Arduino.h -c ../examples/${sketch}/${sketch}.ino -o sketch.o`,
    `${tools}g++ ${machine} ${CPP} -I${STUB} -c ${STUB}/Arduino.cpp -o core.o`,
    `${tools}g++ ${machine} -Wl,--gc-sections *.o -o sketch`,
  ].join(' && ');
}

/** What the sketch must print of the made-up picture. */
function said(network: TableNetwork): string {
  const [picture] = madeUpPictures(network, 1);
  const [label = ''] = exampleLines(network, picture?.pixels ?? new Uint8Array());
  return `${label}\n0 microseconds, logits as expected\n`;
}

const smallest = (): TableNetwork =>
  parseNetwork(readFileSync(assetPath('models/mnist-small/table-network.json'), 'utf8'), 'mnist-small');

describe('a library for Arduino', () => {
  it('is chosen for AVR', () => {
    expect(usualCore('arduino')).toBe('avr');
  });

  for (const network of [tinyNetwork(), smallest()]) {
    itWithTool(
      ['avr-gcc', 'avr-g++', 'avr-objcopy'],
      `${network.name}: its sketch runs on an emulated Uno`,
      () => {
        const name = network.name === 'tiny' ? 'Tiny' : 'MnistSmall';
        const folder = written(exported(network, 'arduino', 'avr'), 'library');
        sh(folder, `${build(name, 'avr-', '-mmcu=atmega328p')} && avr-objcopy -O binary sketch sketch.bin`);
        const machine = avrMachine({ bin: readFileSync(join(folder, 'build/sketch.bin')) });
        let text = '';
        for (let steps = 0; steps < 2000 && !text.endsWith('\0'); steps++) {
          machine.run(1);
          text += Buffer.from(machine.sent()).toString('latin1');
        }
        expect(text).toBe(`${said(network)}\0`);
      },
    );
  }

  itWithTool(['gcc', 'g++'], 'its sketch runs on this computer, for a core of 32 bits', () => {
    const network = { ...randomNetwork(4), name: 'a-random-net' };
    const folder = written(exported(network, 'arduino', 'm0'), 'library');
    expect(sh(folder, `${build('ARandomNet', '', '')} && ./sketch`)).toBe(said(network));
  });

  it('has a library.properties that the library manager takes', () => {
    const properties = propertiesOf(exported(tinyNetwork(), 'arduino', 'avr'));
    expect([...properties.keys()]).toEqual([
      ...['name', 'version', 'author', 'maintainer', 'sentence', 'paragraph'],
      ...['category', 'url', 'architectures', 'includes'],
    ]);
    expect(properties.get('name')).toBe('tiny');
    expect(properties.get('version')).toMatch(/^\d+\.\d+\.\d+$/);
    expect(properties.get('category')).toBe('Data Processing');
    expect(properties.get('architectures')).toBe('*');
    expect(properties.get('includes')).toBe('tiny.h');
    expect(URL.canParse(properties.get('url') ?? '')).toBe(true);
    for (const value of properties.values()) expect(value).not.toBe('');
  });

  it.each(['arduino', 'arduino-x', 'library', 'a1', 'test', 'double', 'a'.repeat(48)])(
    'the network "%s" gives a name and a header that are allowed',
    (name) => {
      expect(nameSchema.safeParse(name).success).toBe(true);
      const files = exported({ ...tinyNetwork(), name }, 'arduino', 'avr');
      const properties = propertiesOf(files);
      // Letters, digits, "_", "." and "-", and never "Arduino" at the beginning.
      expect(properties.get('name')).toMatch(/^(?!arduino)[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/i);
      const header = properties.get('includes') ?? '';
      expect(files.has(`src/${header}`)).toBe(true);
      expect(header.toLowerCase()).not.toBe('arduino.h');
      expect([...files.keys()].filter((path) => /^src\/[^/]*$/.test(path))).toEqual([`src/${header}`]);
      const sketches = [...files.keys()].filter((path) => path.endsWith('.ino'));
      expect(sketches).toHaveLength(1);
      // A sketch has the name of its folder.
      expect(sketches[0]).toMatch(/^examples\/([A-Za-z0-9]{1,63})\/\1\.ino$/);
    },
  );

  it('has keywords.txt with one tab between a word and its kind, for all that the header has', () => {
    const files = exported(tinyNetwork(), 'arduino', 'avr');
    const lines = (files.get('keywords.txt') ?? '').split('\n').filter((line) => !/^(#.*)?$/.test(line));
    const header = files.get('src/tiny.h') ?? '';
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) {
      const [, word = '', kind = ''] = /^(\w+)\t(KEYWORD2|LITERAL1)$/.exec(line) ?? [];
      expect(header, line).toMatch(
        kind === 'KEYWORD2' ? new RegExp(`\\b${word}\\(`) : new RegExp(`#define ${word} `),
      );
    }
  });
});

function propertiesOf(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const lines = (files.get('library.properties') ?? '').trimEnd().split('\n');
  return new Map(
    lines.map((line): [string, string] => {
      const [, key = '', value = ''] = /^([a-z_]+)=(.*)$/.exec(line) ?? [];
      return [key, value];
    }),
  );
}
