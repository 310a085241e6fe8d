import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BuildError } from '../../toolkit/errors.js';
import { compilerFlags } from '../../toolkit/plan/compiler-flags.js';
import {
  executePlan,
  findToolchain,
  planFirmware,
  proveNoMultiply,
  requireNoMultiply,
  scanAssembly,
  type Architecture,
  type FoundToolchain,
} from '../../toolkit/plan/index.js';
import { describeWithTool } from '../support/tools.js';
import { BOARDS, temporaryFolder, tinyProject } from './tiny.js';
import { zigIsThere } from '../support/zig.js';

const HOST: Architecture = process.arch === 'arm64' ? 'aarch64' : 'x86-64';
const ARCHITECTURE = { host: HOST, arm: 'arm-thumb', avr: 'avr', riscv: 'riscv' } as const;
const NATIVE = {
  host: 'cc',
  arm: 'arm-none-eabi-gcc',
  avr: 'avr-gcc',
  riscv: 'riscv64-unknown-elf-gcc',
} as const;

/** Functions that must be found, with what is in them. */
const PLANTED = {
  mul16: ['int16_t mul16(int16_t a, int16_t b) { return (int16_t)(a * b); }', 'multiplies'],
  mul32: ['int32_t mul32(int32_t a, int32_t b) { return a * b; }', 'multiplies'],
  mul64: ['int64_t mul64(int64_t a, int64_t b) { return a * b; }', 'multiplies'],
  widening: ['int64_t widening(int32_t a, int32_t b) { return (int64_t)a * b; }', 'multiplies'],
  stored: [
    'void stored(const int16_t *a, const int16_t *b, int32_t *c) { for (int i = 0; i < 64; i++) c[i] += a[i] * b[i]; }',
    'multiplies',
  ],
  tail: [
    'static int64_t inner(int64_t a, int64_t b) { return a * b; } int64_t tail(int64_t a, int64_t b) { return inner(b, a); }',
    'multiplies',
  ],
  fadd: ['float fadd(float a, float b) { return a + b; }', 'floats'],
  fmulf: ['float fmulf(float a, float b) { return a * b; }', 'floats'],
  fcompare: ['int fcompare(float a, float b) { return a < b; }', 'floats'],
  toint: ['int toint(float a) { return (int)a; }', 'floats'],
  tofloat: ['float tofloat(int a) { return (float)a; }', 'floats'],
  daddd: ['double daddd(double a, double b) { return a + b; }', 'floats'],
  divide: ['int32_t divide(int32_t a, int32_t b) { return a / b; }', 'divisions'],
  modulo: ['uint32_t modulo(uint32_t a, uint32_t b) { return a % b; }', 'divisions'],
} as const;

/** Functions in the manner of the engine, and more: lookups, additions, shifts of every width, copies, switches. */
const CLEAN = `
static const int16_t one[8] = { 1, 2, 3 }, two[8] = { 4, 5 };
static const int16_t *const products[4] = { one, two, one, one };
static const uint8_t bins[32] = { 0, 1, 2, 3 };
struct pair { int32_t a; int32_t b; uint8_t rest[24]; };
int32_t lookup(const uint8_t *x, const uint8_t *w, uint16_t n)
{ int32_t s = 0; while (n-- != 0) { s += products[*w++ & 3][*x++ & 7]; } return s; }
uint8_t bin(int32_t s, uint8_t shift)
{ s = (s + 1000) >> shift; if (s < 0) s = 0; if (s > 31) s = 31; return bins[s]; }
int64_t shift64(int64_t a, uint8_t n) { return (a << n) ^ (a >> (n + 1)); }
int32_t shift32(int32_t a, uint8_t n) { return a << n; }
int16_t shift16(int16_t a, uint8_t n) { return (int16_t)(a >> n); }
uint64_t add64(uint64_t a, uint64_t b) { return a + b; }
int less64(int64_t a, int64_t b) { return a < b; }
void sum(int32_t *a, const int16_t *b) { for (int i = 0; i < 64; i++) a[i] += b[i]; }
int32_t largest(const int32_t *a, int n) { int32_t m = a[0]; for (int i = 1; i < n; i++) if (a[i] > m) m = a[i]; return m; }
void copy(struct pair *to, const struct pair *from) { *to = *from; }
void clear(uint8_t *a) { for (int i = 0; i < 128; i++) a[i] = 0; }
void bytes(uint8_t *a, const uint8_t *b) { for (int i = 0; i < 100; i++) a[i] = b[i] > a[i] ? b[i] : a[i]; }
uint16_t crc(uint16_t c, uint8_t b)
{ c ^= (uint16_t)(b << 8); for (uint8_t i = 0; i < 8; i++) c = (uint16_t)((c & 0x8000u) ? (c << 1) ^ 0x1021u : c << 1); return c; }
extern int32_t lookup(const uint8_t *x, const uint8_t *w, uint16_t n);
int32_t call(const uint8_t *x) { return lookup(x, x, 3) + lookup(x, x + 3, 5); }
int32_t tail_call(const uint8_t *x) { return lookup(x, x, 9); }
int choose(int n, int a)
{ switch (n) { case 0: return a + 3; case 1: return a - 9; case 2: return a ^ 5; case 3: return a | 77; case 4: return a & 3;
  case 5: return a << 3; case 6: return ~a; case 7: return a + 1000; default: return 0; } }
int32_t indirect(int32_t (*f)(int32_t), int32_t a) { return f(a) + 1; }
`;

let folder: { path: string; remove: () => void };
beforeAll(() => (folder = temporaryFolder()));
afterAll(() => folder.remove());

function assemblyOf(toolchain: FoundToolchain, kind: keyof typeof BOARDS, code: string): string {
  const { compile, target } = compilerFlags(BOARDS[kind], toolchain.kind, {
    linkerScript: 'x.ld',
    entry: null,
  });
  const quiet = compile.filter((flag) => !flag.startsWith('-W') || flag.startsWith('-Wno'));
  const [program, ...first] = toolchain.compiler;
  writeFileSync(join(folder.path, 'code.c'), `#include <stdint.h>\n${code}`);
  execFileSync(program, [...first, ...target, ...quiet, '-S', 'code.c', '-o', 'code.s'], {
    cwd: folder.path,
    env: { ...process.env, ...toolchain.env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return readFileSync(join(folder.path, 'code.s'), 'utf8');
}

function suite(kind: keyof typeof BOARDS, prefer: 'gcc' | 'zig'): void {
  const architecture = ARCHITECTURE[kind];
  let toolchain: FoundToolchain;
  beforeAll(async () => {
    toolchain = await findToolchain(BOARDS[kind].toolchain, { prefer });
  });

  it('passes clean code', () => {
    const scan = scanAssembly(assemblyOf(toolchain, kind, CLEAN), architecture, 'code.s');
    expect(scan.instructions).toBeGreaterThan(100);
    expect({ ...scan, instructions: 0, defined: null }).toEqual({
      instructions: 0,
      multiplies: [],
      floats: [],
      divisions: [],
      unknown: [],
      calls: [],
      defined: null,
    });
  });

  it('finds each planted operation in its function, and knows every instruction', () => {
    const code = Object.values(PLANTED)
      .map(([source]) => source)
      .join('\n');
    const scan = scanAssembly(assemblyOf(toolchain, kind, code), architecture, 'code.s');
    for (const [name, [, what]] of Object.entries(PLANTED)) {
      expect(
        scan[what].map((finding) => finding.function.replace(/^_/, '')),
        `${name}: ${what}`,
      ).toContain(name);
    }
    expect(scan.unknown).toEqual([]);
    expect(scan.calls).toEqual([]);
  });

  it('fails a build whose inference code multiplies', async () => {
    const planted = (tinyProject(kind).files.get('network/network.c') ?? '').replace(
      'sum += products[cells[i] & 3];',
      'sum += products[cells[i] & 3] * cells[i];',
    );
    const out = join(folder.path, `planted-${kind}-${prefer}`);
    const plan = planFirmware(tinyProject(kind, planted), BOARDS[kind], toolchain);
    await executePlan(plan, out);
    const proof = proveNoMultiply(plan.products, out, BOARDS[kind]);
    expect(proof.multiplies.length).toBeGreaterThan(0);
    expect(() => requireNoMultiply(proof)).toThrow(BuildError);
    expect(() => requireNoMultiply(proof)).toThrow(/inference code multiplies: ".*" in _?tiny_sum/);

    const clean = planFirmware(tinyProject(kind), BOARDS[kind], toolchain);
    await executePlan(clean, out);
    const proven = proveNoMultiply(clean.products, out, BOARDS[kind]);
    expect(proven).toMatchObject({ multiplies: [], floats: [], divisions: [], unknown: [] });
    expect(() => requireNoMultiply(proven)).not.toThrow();
  }, 240_000);
}

for (const kind of ['host', 'arm', 'avr', 'riscv'] as const) {
  describeWithTool(NATIVE[kind], `assembly of the native compiler for ${kind}`, () => suite(kind, 'gcc'));
}

describe.skipIf(!zigIsThere())('assembly of zig [needs the zig package]', () => {
  for (const kind of ['host', 'arm', 'avr', 'riscv'] as const) describe(kind, () => suite(kind, 'zig'));
});

const counts = (text: string, architecture: Architecture) => {
  const { multiplies, floats, divisions, unknown, calls } = scanAssembly(text, architecture);
  return [multiplies.length, floats.length, divisions.length, unknown.length, calls.length];
};

describe('assembly by hand', () => {
  it.each<[string, Architecture, string, readonly number[]]>([
    ['a comment', 'arm-thumb', 'f:\n  movs r0, #1 @ muls r0, r1\n', [0, 0, 0, 0, 0]],
    ['a label', 'avr', 'mul:\n  ret\n', [0, 0, 0, 0, 0]],
    ['data', 'x86-64', '.data\nimul: .string "imull %eax, %eax; __mulsi3"\n', [0, 0, 0, 0, 0]],
    ['a block comment over lines', 'x86-64', 'f:\n/* imull %eax, %eax\n mulss */ ret\n', [0, 0, 0, 0, 0]],
    [
      'inline assembly marks',
      'x86-64',
      'f:\n#APP\n# 3 "mul.c" 1\n imull %eax, %eax\n#NO_APP\n',
      [1, 0, 0, 0, 0],
    ],
    ['two instructions in a line', 'x86-64', 'f: ret; imull %eax, %eax\n', [1, 0, 0, 0, 0]],
    ['a call', 'avr', 'f: call __mulsi3\n', [1, 0, 0, 0, 0]],
    ['a tail call', 'avr', 'f: rjmp __mulhi3\n', [1, 0, 0, 0, 0]],
    [
      'an address of a helper',
      'arm-thumb',
      'f: ldr r3, .L1\n blx r3\n.L1: .word __aeabi_lmul\n',
      [1, 0, 0, 0, 0],
    ],
    ['an alias of a helper', 'avr', '.set alias, __mulsi3\nf: call alias\nalias:\n', [1, 0, 0, 0, 0]],
    ['a declaration of a helper', 'avr', '.global __mulsi3\nf: ret\n', [0, 0, 0, 0, 0]],
    ['a conditional multiply', 'arm-thumb', 'f: muleq r0, r1, r0\n', [1, 0, 0, 0, 0]],
    [
      'a wide multiply',
      'arm-thumb',
      'f: umlal r0, r1, r2, r3\n smlabb r0, r1, r2, r3\n mul.w r0, r1, r2\n',
      [3, 0, 0, 0, 0],
    ],
    ['a hardware float', 'arm-thumb', 'f: vmla.f32 s0, s1, s2\n vcvt.s32.f32 s0, s0\n', [1, 2, 0, 0, 0]],
    ['address arithmetic', 'x86-64', 'f: leal (%rdi,%rdi,8), %eax\n shll $2, %eax\n', [0, 0, 0, 0, 0]],
    ['moves of vectors', 'x86-64', 'f: movaps %xmm0, (%rdi)\n movss (%rsi), %xmm1\n', [0, 0, 0, 0, 0]],
    [
      'vector multiplies',
      'x86-64',
      'f: pmaddwd %xmm0, %xmm1\n vpmulld %ymm0, %ymm1, %ymm2\n',
      [2, 0, 0, 0, 0],
    ],
    ['fused multiply-add', 'x86-64', 'f: vfmadd231ps %ymm0, %ymm1, %ymm2\n', [1, 1, 0, 0, 0]],
    ['x87', 'x86-64', 'f: fldl (%rdi)\n fmulp %st, %st(1)\n', [1, 2, 0, 0, 0]],
    ['a prefix', 'x86-64', 'f: rep stosq\n lock addl $1, (%rdi)\n rep; ret\n', [0, 0, 0, 0, 0]],
    ['an unknown instruction', 'x86-64', 'f: frobnicate %eax\n newop %eax\n', [0, 1, 0, 1, 0]],
    ['an encoded instruction', 'arm-thumb', 'f: .inst.n 0x4348\n', [0, 0, 0, 1, 0]],
    ['a call elsewhere', 'arm-thumb', 'f: bl somewhere\n', [0, 0, 0, 0, 1]],
    ['a call within', 'arm-thumb', 'f: bl g\n b f\ng: bx lr\n', [0, 0, 0, 0, 0]],
    ['a switch helper', 'arm-thumb', 'f: bl __gnu_thumb1_case_uqi\n', [0, 0, 0, 0, 0]],
    [
      'AArch64',
      'aarch64',
      'f: madd w0, w1, w2, w3 // x\n sdiv w0, w1, w2\n fcvtzs w0, s0\n bl __muldi3\n',
      [2, 1, 1, 0, 0],
    ],
    [
      'Apple AArch64',
      'aarch64',
      '.subsections_via_symbols\n_f: ; mul w0, w0, w0\n bl ___addsf3\n',
      [0, 1, 0, 0, 0],
    ],
    [
      'RISC-V',
      'riscv',
      'f: mulhu a0, a1, a2 # x\n call __mulsi3\n remu a0, a1, a2\n fadd.s fa0, fa1, fa2\n',
      [2, 1, 1, 0, 0],
    ],
    [
      'RISC-V without multiplier',
      'riscv',
      'f: tail __muldi3\n call __umodsi3\n call __divsi3\n call __mulsi3@plt\n',
      [2, 0, 2, 0, 0],
    ],
    [
      'RISC-V with one',
      'riscv',
      'f: mul a0, a0, a1\n mulh a0, a0, a1\n mulhsu a0, a0, a1\n c.mul a0, a1\n div a0, a0, a1\n rem a0, a0, a1\n divu a0, a0, a1\n',
      [4, 0, 3, 0, 0],
    ],
    ['comparisons of RISC-V', 'riscv', 'f: sgt a0, a1, a2\n sgtu a0, a1, a2\n ret\n', [0, 0, 0, 0, 0]],
    [
      'the multiplications of Cortex-M4 and M7',
      'arm-thumb',
      `f: ${[
        'mla r0, r1, r2, r3',
        'mls r0, r1, r2, r3',
        'smlad r0, r1, r2, r3',
        'smladx r0, r1, r2, r3',
        'smlald r0, r1, r2, r3',
        'smuad r0, r1, r2',
        'smusdx r0, r1, r2',
        'smlsd r0, r1, r2, r3',
        'smulbb r0, r1, r2',
        'smlawt r0, r1, r2, r3',
        'smlaltb r0, r1, r2, r3',
        'smmul r0, r1, r2',
        'smmlar r0, r1, r2, r3',
        'umull r0, r1, r2, r3',
        'umaal r0, r1, r2, r3',
        'vmul.f32 s0, s1, s2',
        'vfma.f32 s0, s1, s2',
        'vfnms.f64 d0, d1, d2',
      ].join('\n ')}\n`,
      [18, 3, 0, 0, 0],
    ],
    [
      'the additions of their lanes',
      'arm-thumb',
      'f: sadd16 r0, r1, r2\n uqadd8 r0, r1, r2\n',
      [0, 0, 0, 0, 0],
    ],
    [
      'a quoted comment mark',
      'x86-64',
      '.string "a # b \\" ; imull"\nf: imull %eax, %eax\n',
      [1, 0, 0, 0, 0],
    ],
  ])('%s', (_title, architecture, text, expected) => {
    expect(counts(text, architecture)).toEqual(expected);
  });

  it('names line, function and instruction', () => {
    const text = 'first:\n  ret\n\nsecond: /* two\nlines */\n.L2:\n  mul\tr24, r22\n';
    expect(scanAssembly(text, 'avr', 'a.s').multiplies).toEqual([
      { file: 'a.s', line: 7, function: 'second', instruction: 'mul r24, r22' },
    ]);
  });

  it('takes any text without an error', () => {
    const pieces = fc.constantFrom(
      '"',
      '\\',
      '/*',
      '*/',
      '#',
      ';',
      '@',
      '\n',
      'f:',
      ' mul ',
      '.set',
      '=',
      '$',
      'r0',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { size: 'large' }), (words) => {
        for (const architecture of ['arm-thumb', 'avr', 'x86-64', 'aarch64', 'riscv'] as const) {
          scanAssembly(words.join(''), architecture);
        }
      }),
    );
  });
});
