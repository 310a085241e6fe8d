import { DeviceError } from '../../errors.js';
import { hex } from './machine.js';

/** What the RP2040's boot ROM does with the flash (datasheet 2.8.1.3): checks the second stage and copies it. */

/** Bytes of the second stage with its checksum. */
export const BOOT2_BYTES = 256;
const CHECKED_BYTES = BOOT2_BYTES - 4;
/** Where the boot ROM puts it: the end of SRAM bank 5. Its stack grows down from there. */
export const BOOT2_ADDRESS = 0x20041f00;

/** Polynomial 0x04C11DB7, initial 0xFFFFFFFF, not reflected, no final xor (datasheet 2.8.1.3.1). */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  }
  return crc >>> 0;
}

/** The second stage of a flash image. Throws DeviceError where a real board would go back to its USB drive. */
export function boot2Of(image: Uint8Array): Uint8Array {
  if (image.length <= BOOT2_BYTES) {
    throw new DeviceError(`the flash image has ${image.length} bytes: no program`, {
      next: 'give the raw image from the first byte of flash (.bin)',
    });
  }
  const boot2 = new Uint8Array(image.subarray(0, BOOT2_BYTES));
  const said = new DataView(boot2.buffer).getUint32(CHECKED_BYTES, true);
  const computed = crc32(boot2.subarray(0, CHECKED_BYTES));
  if (said !== computed) {
    throw new DeviceError(
      `the boot ROM would not start this image: its second stage has the checksum ${hex(said)}, but its bytes have ${hex(computed)}`,
      { next: 'link boot2 with its checksum at the first byte of flash' },
    );
  }
  return boot2;
}
