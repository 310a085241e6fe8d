import { describe, expect, it } from 'vitest';
import { boardOfCore, CORE_NAMES, madeUpPictures, usualCore } from '../../toolkit/export/index.js';
import { usualKernels, type KernelOptions } from '../../toolkit/firmware/index.js';
import type { TableNetwork } from '../../toolkit/network/index.js';
import { WARNINGS } from '../firmware/host-build.js';
import { specialNetworks } from '../firmware/special-networks.js';
import { randomNetwork, randomPicture } from '../support/random-network.js';
import { tinyNetwork } from '../support/tiny-network.js';
import { itWithTool } from '../support/tools.js';
import { exampleLines, exported, sh, written } from './written.js';

const STRICT = WARNINGS.join(' ');

/** Labels that a C compiler, a shell or Markdown would stumble over. */
const ODD = ['"quoted\\"', '??=??/', 'Häuschen */ // %s%n', '```|<b>', 'tab\tand\nline', '$(exit 1)`exit 1`'];

/** A network that is small, with labels and a name of the kinds that make trouble. */
function odd(): TableNetwork {
  const network = tinyNetwork();
  return { ...network, name: 'int', output: { labels: ODD.slice(0, network.output.labels.length) } };
}

function networks(): Readonly<Record<string, TableNetwork>> {
  return {
    tiny: tinyNetwork(),
    'odd labels': odd(),
    'more odd labels': { ...odd(), output: { labels: ODD.slice(3) } },
    'random 3': { ...randomNetwork(3), name: 'random' },
    'random 8': { ...randomNetwork(8), name: 'random' },
    ...Object.fromEntries(Object.entries(specialNetworks()).slice(0, 3)),
  };
}

describe('a library in C', () => {
  it('is chosen for the smallest core with 32 bits', () => {
    expect(usualCore('c')).toBe('m0');
  });

  for (const [title, network] of Object.entries(networks())) {
    itWithTool(
      'gcc',
      `${title}: compiles with strict warnings, and its example gives the logits of interpret()`,
      () => {
        const [picture] = madeUpPictures(network, 1);
        const folder = written(exported(network, 'c', 'm0'), 'c');
        const compile = `gcc -std=c99 -O2 ${STRICT} -Iinclude src/*.c example/main.c -o classify`;
        const printed = sh(folder, `${compile} && ./classify`);
        expect(printed.trimEnd()).toBe(exampleLines(network, picture?.pixels ?? new Uint8Array()).join('\n'));
      },
    );
  }

  itWithTool('gcc', 'the example fails where a logit is another', () => {
    const files = new Map(exported(tinyNetwork(), 'c', 'm0'));
    const text = files.get('example/picture.h') ?? '';
    const wrong = text.replace(
      /(expected_logits\[3\] = \{\n\s*)(-?\d+)/,
      (_all, before: string) => `${before}123456`,
    );
    expect(wrong).not.toBe(text);
    files.set('example/picture.h', wrong);
    const folder = written(files, 'c');
    const run = 'gcc -std=c99 -Iinclude src/*.c example/main.c -o classify && ./classify; echo "exit $?"';
    expect(sh(folder, run)).toMatch(/not the logits that were expected\nexit 1\n$/);
  });

  for (const core of CORE_NAMES) {
    itWithTool('gcc', `for ${core} it compiles and runs on this computer, too`, () => {
      const network = { ...randomNetwork(5), name: 'random' };
      const pixels = randomPicture(network, 5);
      const example = { title: 'a random picture', pixels };
      const folder = written(exported(network, 'c', core, { example }), 'c');
      const printed = sh(
        folder,
        `gcc -std=c99 -O2 ${STRICT} -Iinclude src/*.c example/main.c -o classify && ./classify`,
      );
      expect(printed.trimEnd()).toBe(exampleLines(network, pixels).join('\n'));
    });
  }

  itWithTool(
    'arm-none-eabi-gcc',
    'made for a Cortex-M4 it has the saturating additions on M4 and M7 alone',
    () => {
      const network = specialNetworks()['equal steps'] ?? tinyNetwork();
      const kernels: KernelOptions = {
        ...usualKernels(boardOfCore('m4')),
        among: ['level-sums'],
        aim: 'speed',
      };
      const folder = written(exported(network, 'c', 'm4', { kernels }), 'c');
      const additions = (cpu: string): number =>
        sh(
          folder,
          `for f in src/*.c; do arm-none-eabi-gcc -std=c99 -O2 ${STRICT} -mthumb ${cpu} -Iinclude -S -o - $f || exit 1; done`,
        ).match(/\b(uxtab16|uqadd8|uqsub8)\b/g)?.length ?? 0;
      expect(additions('-mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16')).toBeGreaterThan(0);
      expect(additions('-mcpu=cortex-m7')).toBeGreaterThan(0);
      expect(additions('-mcpu=cortex-m3')).toBe(0);
      expect(additions('-mcpu=cortex-m0')).toBe(0);
    },
  );

  itWithTool('g++', 'C++ includes its header', () => {
    const network = tinyNetwork();
    const [picture] = madeUpPictures(network, 1);
    const folder = written(exported(network, 'c', 'm0'), 'c');
    const printed = sh(
      folder,
      `gcc -std=c99 -O2 ${STRICT} -Iinclude -c src/*.c && cp example/main.c main.cpp && ` +
        `g++ -std=c++11 ${STRICT} -Iinclude -Iexample main.cpp *.o -o classify && ./classify`,
    );
    expect(printed.trimEnd()).toBe(exampleLines(network, picture?.pixels ?? new Uint8Array()).join('\n'));
  });

  it('has the same bytes each time', () => {
    expect(exported(tinyNetwork(), 'c', 'm0')).toEqual(exported(tinyNetwork(), 'c', 'm0'));
  });
});
