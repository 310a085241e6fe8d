/** CRC-32 as the RP2040's boot ROM computes it: polynomial 0x04C11DB7, initial 0xFFFFFFFF, not reflected, no final xor. */
export function bootromCrc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  }
  return crc >>> 0;
}

/** The text of boot2.c: 252 bytes of code, padded with zeros, and their checksum, as 64 words. */
export function boot2Source(code: Uint8Array): string {
  const image = new Uint8Array(256);
  image.set(code);
  const view = new DataView(image.buffer);
  view.setUint32(252, bootromCrc32(image.subarray(0, 252)), true);
  const words = Array.from(
    { length: 64 },
    (_, i) =>
      `0x${view
        .getUint32(4 * i, true)
        .toString(16)
        .padStart(8, '0')}u`,
  );
  const lines = Array.from({ length: 8 }, (_, row) => `  ${words.slice(8 * row, 8 * row + 8).join(', ')},`);
  return [
    '/*',
    ' * What boot2.S assembles to, padded to 252 bytes, and in the last word the CRC-32 that the boot ROM checks:',
    ' * polynomial 0x04C11DB7, initial 0xFFFFFFFF, not reflected, no final xor.',
    ' */',
    '#include <stdint.h>',
    '',
    'extern const uint32_t boot2[64];',
    '',
    '__attribute__((section(".boot2"), used)) const uint32_t boot2[64] = {',
    ...lines,
    '};',
    '',
  ].join('\n');
}
