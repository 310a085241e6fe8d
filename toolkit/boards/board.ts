import { z } from 'zod';

/** A board is data: `boards/<id>.json`. Code exists once per *kind* of toolchain, flasher and emulator. */

const bytes = z.int().min(0);
const region = z.strictObject({ origin: bytes, size: z.int().min(1) }).readonly();
/** Four hex digits. */
const usbId = z.string().regex(/^[0-9a-f]{4}$/);
const clockHz = z
  .int()
  .min(1)
  .max(2 ** 32 - 1);

/** Which compiler family builds the firmware, and the flags that name the core. */
export const toolchainSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('host') }).readonly(),
  z
    .strictObject({
      kind: z.literal('arm'),
      cpu: z.enum(['cortex-m0', 'cortex-m0plus', 'cortex-m3', 'cortex-m4', 'cortex-m7']),
    })
    .readonly(),
  z.strictObject({ kind: z.literal('avr'), mcu: z.string().regex(/^[a-z0-9]+$/) }).readonly(),
]);

export const flashSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }).readonly(),
  /** A UF2 file copied onto the drive that the boot ROM shows. */
  z
    .strictObject({
      kind: z.literal('uf2-drive'),
      volume: z.string().regex(/^[A-Z0-9-]+$/),
      family: z
        .int()
        .min(0)
        .max(2 ** 32 - 1),
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('avrdude'),
      programmer: z.string().regex(/^[a-z0-9_-]+$/),
      part: z.string().regex(/^[a-z0-9]+$/),
      baud: z.int().min(1),
    })
    .readonly(),
  /** FTDI chip to SPI flash; the chip's interface, A where it is not given. */
  z
    .strictObject({ kind: z.literal('iceprog'), interface: z.enum(['A', 'B', 'C', 'D']).optional() })
    .readonly(),
  /** The board by the name that openFPGALoader knows it by. */
  z
    .strictObject({ kind: z.literal('openfpgaloader'), board: z.string().regex(/^[A-Za-z0-9_-]+$/) })
    .readonly(),
  /** The TinyFPGA boot loader, a USB serial port of its own. */
  z.strictObject({ kind: z.literal('tinyprog') }).readonly(),
  /** A boot loader that speaks DFU: its USB ids, and the alternate setting that the bitstream goes to. */
  z
    .strictObject({
      kind: z.literal('dfu-util'),
      vendor: usbId,
      product: usbId,
      alt: z.int().min(0).max(255),
    })
    .readonly(),
]);

export const emulatorSchema = z.discriminatedUnion('kind', [
  /** The firmware is a program of this machine that speaks on its standard streams. */
  z.strictObject({ kind: z.literal('host') }).readonly(),
  z.strictObject({ kind: z.literal('rp2040js') }).readonly(),
  z.strictObject({ kind: z.literal('avr8js') }).readonly(),
]);

export const boardSchema = z
  .strictObject({
    $schema: z.string(),
    id: z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/),
    title: z.string().min(1).max(80),
    kind: z.enum(['host', 'microcontroller']),
    /** The folder under firmware-templates/targets with start-up code, port and linker script. */
    target: z.enum(['host', 'rp2040', 'atmega328p']),
    part: z.string().max(40),
    clockHz,
    /** Null on the host, which has as much as the machine has. */
    memory: z.strictObject({ flash: region, ram: region }).readonly().nullable(),
    serial: z
      .strictObject({
        peripheral: z.string().max(40),
        baud: z.int().min(300).max(4_000_000),
        pins: z
          .strictObject({ tx: z.string().max(20), rx: z.string().max(20) })
          .readonly()
          .nullable(),
        /** Bytes of the receive ring; the window that the device announces is a little smaller. A power of two. */
        receiveBuffer: z.int().min(32).max(65_536),
        /** USB vendor and product ids of the board's serial interface, as four hex digits each. */
        usb: z.array(z.strictObject({ vendor: usbId, product: usbId }).readonly()).readonly(),
      })
      .readonly(),
    toolchain: toolchainSchema,
    flash: flashSchema,
    emulator: emulatorSchema.nullable(),
    links: z.array(z.strictObject({ title: z.string().max(120), url: z.url() }).readonly()).readonly(),
  })
  .readonly();

export type Toolchain = z.infer<typeof toolchainSchema>;
export type Flash = z.infer<typeof flashSchema>;
export type Emulator = z.infer<typeof emulatorSchema>;
export type Board = z.infer<typeof boardSchema>;
