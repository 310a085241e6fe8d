import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  loadDataSetPair,
  loadNamedSet,
  lookForSet,
  namedSet,
  type NamedSet,
} from '../../toolkit/data/index.js';
import { readTar } from '../../toolkit/data/tar.js';
import { InputError } from '../../toolkit/errors.js';
import { describeWhereDataSet } from '../support/data-sets.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { chirp, wav } from '../support/wav.js';

const set = namedSet('spoken-digits') as NamedSet;
const recordings: Readonly<Record<string, Uint8Array>> = {
  '3_ann_4.wav': wav(chirp(900)),
  '3_ann_5.wav': wav(chirp(1000)),
  '0_bob_0.wav': wav(chirp(1100)),
  '9_bob_49.wav': wav(chirp(1200)),
};

/** A tar archive of regular files in `recordings/`. */
function tar(files: Readonly<Record<string, Uint8Array>>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, bytes]) => {
    const header = Buffer.alloc(512);
    header.write(`recordings/${name}`, 0);
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('        0', 148);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, Buffer.from(bytes), Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

describe('spoken digits', () => {
  const root = temporaryFolder('digits');
  const archive = join(root, 'digits.tar.gz');
  writeFileSync(archive, gzipSync(tar(recordings)));
  const folder = join(root, 'copy', 'recordings');
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(recordings)) writeFileSync(join(folder, name), bytes);

  test('of an archive, a folder of it, and a folder of recordings are the same', () => {
    const sets = [archive, root, folder, join(root, 'copy')].map((place) =>
      (['train', 'test'] as const).map((split) => loadNamedSet(set, split, { TABLIZE_SPOKEN_DIGITS: place })),
    );
    const [[train, tests] = []] = sets;
    expect([...(train?.labels ?? [])]).toEqual([3, 9]);
    expect([...(tests?.labels ?? [])]).toEqual([0, 3]);
    expect(tests?.classes[3]).toBe('three');
    expect(tests?.shape).toEqual([40, 32, 1]);
    for (const other of sets) expect(other).toEqual(sets[0]);
  });

  test('half of it, none of it, and a damaged archive are told', () => {
    const half = join(temporaryFolder('half'), 'half.tar');
    writeFileSync(half, tar({ '3_ann_4.wav': wav(chirp(900)) }));
    const load = (place: string) => () => loadNamedSet(set, 'train', { TABLIZE_SPOKEN_DIGITS: place });
    expect(load(half)).toThrow('no recordings to train with');
    expect(load(temporaryFolder('none'))).toThrow('names a folder without the data set');
    expect(lookForSet(set, { TABLIZE_SPOKEN_DIGITS: half })[0]?.found).toBe(true);
    const whole = tar(recordings);
    expect(() => readTar(whole.subarray(0, 3000), 'here')).toThrow(InputError);
    expect(() => readTar(whole.subarray(0, -1024), 'here')).toThrow('it has no end');
    whole[3] = 0x7a;
    expect(() => readTar(whole, 'here')).toThrow('no header at byte 0');
  });
});

describeWhereDataSet('spoken-digits', 'the real spoken digits', () => {
  test('are 2,700 and 300, as many of each digit', () => {
    const pair = loadDataSetPair('spoken-digits');
    for (const [data, each] of [
      [pair.train, 270],
      [pair.test, 30],
    ] as const) {
      const counts = new Array<number>(10).fill(0);
      for (const label of data.labels) counts[label] = (counts[label] ?? 0) + 1;
      expect(counts).toEqual(new Array<number>(10).fill(each));
    }
  });
});
