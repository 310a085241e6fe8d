const BLOCK = 512;
const PAYLOAD = 256;
const MAGIC = [0x0a324655, 0x9e5d5157] as const;
const MAGIC_END = 0x0ab16f30;
const FAMILY_PRESENT = 0x2000;

/**
 * Wraps a raw flash image into UF2 blocks (https://github.com/microsoft/uf2): 512 bytes each, with 256 bytes of image.
 *
 * @param image bytes from `origin` on; the last block is filled up with zeros
 * @param origin address of the first byte, a multiple of 256
 * @param family the chip's UF2 family id
 */
export function toUf2(image: Uint8Array, origin: number, family: number): Uint8Array {
  if (origin % PAYLOAD !== 0) throw new RangeError(`a UF2 image starts at a multiple of ${PAYLOAD}`);
  const blocks = Math.ceil(image.length / PAYLOAD);
  const file = new Uint8Array(blocks * BLOCK);
  const view = new DataView(file.buffer);
  for (let block = 0; block < blocks; block += 1) {
    const at = block * BLOCK;
    const from = block * PAYLOAD;
    const header = [...MAGIC, FAMILY_PRESENT, origin + from, PAYLOAD, block, blocks, family];
    header.forEach((word, i) => view.setUint32(at + 4 * i, word, true));
    file.set(image.subarray(from, from + PAYLOAD), at + 32);
    view.setUint32(at + BLOCK - 4, MAGIC_END, true);
  }
  return file;
}
