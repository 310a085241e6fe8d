import { encode as encodePng } from 'fast-png';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import jpeg from 'jpeg-js';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  loadDataSet,
  loadDataSetPair,
  normalisation,
  picture,
  withLabels,
} from '../../toolkit/data/index.js';
import { InputError } from '../../toolkit/errors.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { chirp, wav } from '../support/wav.js';

let root = '';
beforeAll(() => {
  root = temporaryFolder('files');
});
function file(name: string, bytes: Uint8Array | string): string {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

/** An .npy file as numpy writes it. */
function npy(descr: string, shape: readonly number[], data: ArrayBufferView, order = 'False'): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0] ?? 0},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${sizes}), }`;
  const header = `${text.padEnd(117)}\n`;
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat([start, Buffer.from(header), bytes]);
}
/** The check sum of a PNG chunk. */
function crcOf(bytes: Uint8Array): Buffer {
  const crc = bytes.reduce((sum, byte) => {
    let next = sum ^ byte;
    for (let bit = 0; bit < 8; bit++) next = (next >>> 1) ^ (next & 1 ? 0xedb88320 : 0);
    return next;
  }, -1);
  const written = Buffer.alloc(4);
  written.writeUInt32BE(~crc >>> 0);
  return written;
}
const grey = (width: number, height: number, data: number[]): Uint8Array =>
  encodePng({ width, height, data: Uint8Array.from(data), channels: 1, depth: 8 });

describe('npz and npy', () => {
  const x = npy('|u1', [2, 1, 3], Uint8Array.of(1, 2, 3, 4, 5, 6));
  const y = npy('<i8', [2], BigInt64Array.of(1n, 0n));

  test('x and y, or of one half', () => {
    const data = loadDataSet(file('a.npz', zipSync({ 'x.npy': x, 'y.npy': y })));
    expect(data).toMatchObject({ shape: [1, 3, 1], classes: ['0', '1'] });
    expect([...data.labels]).toEqual([1, 0]);
    expect([...picture(data, 1)]).toEqual([4, 5, 6]);
    const halves = { 'x_train.npy': x, 'y_train.npy': y, 'test_images.npy': x, 'test_labels.npy': y };
    const both = file('b.npz', zipSync(halves));
    expect(loadDataSetPair(both).test.name).toBe(`${both}:test`);
    expect(() => loadDataSet(both)).toThrow(
      expect.objectContaining({ next: `Say which: ${both}:train or ${both}:test.` }) as Error,
    );
  });

  test('npy with labels beside it, or unlabelled', () => {
    const path = file('p/x_test.npy', x);
    expect(loadDataSet(path).unlabelled).toBe(true);
    expect(() => withLabels(loadDataSet(path))).toThrow('the pictures have no labels');
    file('p/y_test.npy', y);
    expect([...loadDataSet(path).labels]).toEqual([1, 0]);
  });

  test('channels that come first go behind where the network wants them so', () => {
    const planes = file('planes.npy', npy('|u1', [1, 3, 1, 2], Uint8Array.of(1, 2, 3, 4, 5, 6)));
    expect([...loadDataSet(planes, { shape: [1, 2, 3] }).images]).toEqual([1, 3, 5, 2, 4, 6]);
    expect([...loadDataSet(planes, { shape: [1, 2, 3], bgr: true }).images]).toEqual([5, 3, 1, 6, 4, 2]);
  });

  test('floats become bytes by the range that is given, their own, or not at all', () => {
    const path = file('f.npy', npy('<f4', [1, 4], Float32Array.of(-1, 0, 0.5, 3)));
    expect(() => loadDataSet(path)).toThrow('the values are no bytes: they lie between -1 and 3');
    const own = loadDataSet(path, { otherwise: 'range' });
    expect(own.values).toEqual({ scale: 4 / 255, offset: -1 });
    expect([...own.images]).toEqual([0, 64, 96, 255]);
    const given = loadDataSet(path, { values: { scale: 2 / 255, offset: -1 } });
    expect([...given.images]).toEqual([0, 128, 191, 255]);
  });

  test.each([
    ['by columns', npy('|u1', [1, 2], Uint8Array.of(1, 2), 'True'), 'stored by columns'],
    ['short', npy('|u1', [9, 2], Uint8Array.of(1, 2)), 'too short: 9 x 2 needs 18 bytes'],
    ['huge', npy('<f8', [999_999_999, 9], Uint8Array.of(1)), 'too short'],
    ['text', npy('<U5', [1, 2], Uint8Array.of(1, 2)), 'of type U5 are no numbers'],
    ['no number', npy('<f4', [1, 2], Float32Array.of(NaN, 2)), 'value 0 is NaN'],
    ['no npy', Uint8Array.of(1, 2, 3), 'not an npy file'],
  ])('%s is refused', (name, bytes, message) => {
    const path = file(`bad-${name}.npy`, bytes);
    expect(() => loadDataSet(path)).toThrow(InputError);
    expect(() => loadDataSet(path)).toThrow(message);
  });

  test('an archive that says it unpacks to gigabytes is refused before it does', () => {
    const bomb = Buffer.from(zipSync({ 'x.npy': x }));
    bomb.writeUInt32LE(0xf000_0000, bomb.indexOf('PK\x01\x02') + 24);
    expect(() => loadDataSet(file('bomb.npz', bomb))).toThrow('it unpacks to more than 1024 MB');
  });
});

describe('csv', () => {
  test('the class in the first or last column, by name or number', () => {
    const first = loadDataSet(file('a.csv', 'label,p0,p1\r\n2,0,255\r\n0,7,8\r\n'));
    expect([...first.labels]).toEqual([2, 0]);
    expect(first.shape).toEqual([1, 1, 2]);
    const last = loadDataSet(file('b.csv', 'p0;p1;class\n1;2;dog\n3;4;cat\n'));
    expect([last.classes, [...last.labels]]).toEqual([
      ['cat', 'dog'],
      [1, 0],
    ]);
    const known = loadDataSet(join(root, 'b.csv'), { classes: ['dog', 'cat'], shape: [2, 1, 1] });
    expect([[...known.labels], known.shape]).toEqual([
      [0, 1],
      [2, 1, 1],
    ]);
    expect(() => loadDataSet(join(root, 'b.csv'), { classes: ['dog', 'cow'] })).toThrow('none of dog, cow');
  });

  test('gzipped, without a header: no labels', () => {
    const data = loadDataSet(file('c.csv.gz', gzipSync('1,2\n3,4\n')));
    expect([data.unlabelled, [...data.images]]).toEqual([true, [1, 2, 3, 4]]);
  });

  test.each([
    ['', 'the CSV file is empty'],
    ['label,a\n', 'a header and no lines'],
    ['1,2\n3\n', 'line 2 has 1 fields, the first one 2'],
    ['1,2\n3,x\n', 'line 2, field 2: "x" is no number'],
    ['0.5,1\n', 'the values are no bytes'],
    ['1,0\n', 'the values are no bytes'],
  ])('%j is refused', (text, message) => {
    const path = file('bad.csv', text);
    expect(() => loadDataSet(path)).toThrow(InputError);
    expect(() => loadDataSet(path)).toThrow(message);
  });
});

describe('pictures and recordings', () => {
  test('folders by class; grey and coloured as the network wants it', () => {
    file('pets/train/dog/1.png', grey(2, 1, [10, 20]));
    file(
      'pets/train/cat/1.png',
      encodePng({ width: 2, height: 1, data: Uint8Array.of(255, 0, 0, 0, 0, 255), channels: 3, depth: 8 }),
    );
    file('pets/train/cat/readme.txt', 'no picture');
    file('pets/test/dog/7.png', grey(2, 1, [1, 2]));
    const { train, test: tests } = loadDataSetPair(join(root, 'pets'));
    expect([train.classes, [...train.labels], train.shape]).toEqual([
      ['cat', 'dog'],
      [0, 1],
      [1, 2, 3],
    ]);
    expect([...train.images]).toEqual([255, 0, 0, 0, 0, 255, 10, 10, 10, 20, 20, 20]);
    // One class occurs; it is the one that the training pictures call so.
    expect([...tests.labels]).toEqual([1]);
    const half = loadDataSet(`${join(root, 'pets')}:train`, { shape: [1, 2, 1] });
    expect([...half.images]).toEqual([76, 29, 10, 20]);
    expect(() => loadDataSet(join(root, 'pets'))).toThrow('holds training and test pictures');
  });

  test('other sizes are refused, or averaged where that is asked for', () => {
    const path = file('large.png', grey(4, 2, [0, 2, 100, 100, 4, 6, 100, 101]));
    expect(() => loadDataSet(path, { shape: [1, 2, 1] })).toThrow(
      'the picture is 2 x 4 x 1, and 1 x 2 x 1 are needed',
    );
    expect([...loadDataSet(path, { shape: [1, 2, 1], resize: true }).images]).toEqual([3, 100]);
  });

  test('JPEG', () => {
    const data = Buffer.alloc(8 * 8 * 4, 200);
    const path = file('a.jpg', jpeg.encode({ width: 8, height: 8, data }, 95).data);
    const read = loadDataSet(path, { shape: [8, 8, 1] });
    expect(read.images.every((byte) => Math.abs(byte - 200) < 3)).toBe(true);
  });

  test('PNG of 1 and 16 bits', () => {
    const one = encodePng({ width: 3, height: 1, data: Uint8Array.of(0b1010_0000), channels: 1, depth: 1 });
    expect([...loadDataSet(file('one.png', one)).images]).toEqual([255, 0, 255]);
    const wide = encodePng({
      width: 2,
      height: 1,
      data: Uint16Array.of(0x1234, 0xff00),
      channels: 1,
      depth: 16,
    });
    expect([...loadDataSet(file('wide.png', wide)).images]).toEqual([0x12, 0xff]);
  });

  test('a PNG that unpacks to more than its size, or has too many pixels, is refused', () => {
    const plain = Buffer.from(grey(2, 1, [1, 2]));
    const at = plain.indexOf('IDAT') - 4;
    const zeros = deflateSync(Buffer.alloc(50_000_000));
    const head = Buffer.alloc(8);
    head.writeUInt32BE(zeros.length);
    head.write('IDAT', 4);
    const bomb = Buffer.concat([
      plain.subarray(0, at),
      head,
      zeros,
      crcOf(Buffer.concat([head.subarray(4), zeros])),
      plain.subarray(-12),
    ]);
    expect(() => loadDataSet(file('bomb.png', bomb))).toThrow('the PNG file is damaged');
    plain.writeUInt32BE(0x7fff_ffff, 16);
    expect(() => loadDataSet(file('wide2.png', plain))).toThrow('is too large');
  });

  test('recordings, one or a folder, become pictures of the front end', () => {
    file('words/a.wav', wav(chirp(3000)));
    file('words/b.wav', wav(chirp(2000)));
    const data = loadDataSet(join(root, 'words'));
    expect(data).toMatchObject({ shape: [40, 32, 1], unlabelled: true });
    expect(loadDataSet(join(root, 'words/b.wav')).images).toEqual(picture(data, 1));
    file('words/c.png', grey(1, 1, [1]));
    expect(() => loadDataSet(join(root, 'words'))).toThrow('not of one kind');
  });
});

describe('files that are damaged anywhere', () => {
  const whole: Readonly<Record<string, () => Uint8Array>> = {
    'm.npz': () => zipSync({ 'x.npy': npy('<f4', [2, 2], Float32Array.of(1, 2, 3, 4)) }),
    'm.npy': () => npy('<i2', [2, 2], Int16Array.of(1, 2, 3, 4)),
    'm.csv': () => Buffer.from('label,a,b\n0,1,2\n1,3,4\n'),
    'm.png': () => grey(3, 2, [1, 2, 3, 4, 5, 6]),
    'm.jpg': () => jpeg.encode({ width: 8, height: 8, data: Buffer.alloc(256, 90) }, 80).data,
    'm.wav': () => wav(chirp(200)),
  };
  test.each(Object.keys(whole))('%s gives pictures or an InputError', (name) => {
    const good = whole[name]?.() ?? new Uint8Array();
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 }),
        fc.nat(good.length),
        fc.boolean(),
        (changes, length, cut) => {
          const bytes = Uint8Array.from(cut ? good.subarray(0, length) : good);
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          const path = file(name, bytes);
          try {
            const { shape, images, labels } = loadDataSet(path, { otherwise: 'range' });
            expect(images).toHaveLength(shape[0] * shape[1] * shape[2] * labels.length);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('what goes with them', () => {
  test('random pictures are the same each time, and need a network', () => {
    const [a, b] = [1, 2].map(() => loadDataSet('random:3', { shape: [4, 4, 1] }));
    expect(a?.images).toEqual(b?.images);
    expect(new Set(a?.images).size).toBeGreaterThan(20);
    expect(() => loadDataSet('random:3')).toThrow('for a network that is there already');
  });

  test('normalisation is one affine map, or an error that says what to do', () => {
    expect(normalisation([0.5, 0.5, 0.5], [0.25])).toEqual({ scale: 1 / 255 / 0.25, offset: -2 });
    expect(() => normalisation([0.485, 0.456, 0.406], [0.229])).toThrow('in different ways');
    expect(() => normalisation([127.5], [127.5])).toThrow('not of values from 0 to 1');
  });
});
