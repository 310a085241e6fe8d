/** Table of the remainders of all bytes for a polynomial, most significant bit first. */
function table(width: 8 | 16, polynomial: number): Uint16Array {
  const top = 1 << (width - 1);
  const mask = top * 2 - 1;
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte << (width - 8);
    for (let bit = 0; bit < 8; bit++) {
      remainder = ((remainder << 1) ^ (remainder & top ? polynomial : 0)) & mask;
    }
    return remainder;
  });
}

const CRC8 = table(8, 0x07);
const CRC16 = table(16, 0x1021);

/** CRC-8, polynomial 0x07, initial 0: the header check of docs/protocol.md, section 1. */
export function crc8(bytes: Iterable<number>): number {
  let crc = 0;
  for (const byte of bytes) crc = CRC8[crc ^ byte] ?? 0;
  return crc;
}

/** CRC-16, polynomial 0x1021, initial 0xFFFF, not reflected, no final xor; the check value is 0x29B1. */
export function crc16(bytes: Iterable<number>): number {
  let crc = 0xffff;
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ (CRC16[(crc >> 8) ^ byte] ?? 0);
  return crc;
}
