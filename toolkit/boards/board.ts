import { z } from 'zod';

/** A board is data: `boards/<id>.json`. Code exists once per *kind* of toolchain, flasher and emulator. */

const bytes = z.int().min(0);
const region = z.strictObject({ origin: bytes, size: z.int().min(1) }).readonly();
/** Four hex digits. */
const usbId = z.string().regex(/^[0-9a-f]{4}$/);
const usbIds = z.array(z.strictObject({ vendor: usbId, product: usbId }).readonly()).readonly();
const clockHz = z
  .int()
  .min(1)
  .max(2 ** 32 - 1);

/** The folders under firmware-templates/targets with start-up code, port and linker script. */
const TARGET_NAMES = [
  'host',
  'rp2040',
  'atmega328p',
  'atmega2560',
  'nrf51',
  'mps2',
  'fe310',
  'ch32v003',
  'rv32_virt',
  'stm32f1',
  'stm32f4',
  'nrf52',
  'rp2350',
  'samd21',
] as const;

/** A name of QEMU's with properties behind it: `sifive_e,revb=true`. */
const qemuName = z.string().regex(/^[a-z0-9_-]+(,[a-z0-9_-]+=[a-z0-9]+)*$/);

/** Which compiler family builds the firmware, and the flags that name the core. */
export const toolchainSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('host') }).readonly(),
  z
    .strictObject({
      kind: z.literal('arm'),
      cpu: z.enum(['cortex-m0', 'cortex-m0plus', 'cortex-m3', 'cortex-m4', 'cortex-m7', 'cortex-m33']),
    })
    .readonly(),
  z.strictObject({ kind: z.literal('avr'), mcu: z.string().regex(/^[a-z0-9]+$/) }).readonly(),
  /** The instruction set; control and status registers, which newer specifications count as one more extension, are there too. */
  z.strictObject({ kind: z.literal('riscv'), isa: z.enum(['rv32ec', 'rv32imac']) }).readonly(),
]);

export const flashSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }).readonly(),
  /** A UF2 file copied onto the drive that the boot ROM shows. */
  z
    .strictObject({
      kind: z.literal('uf2-drive'),
      /** The drive by its Board-ID in INFO_UF2.TXT, or by its name. */
      volume: z.string().regex(/^[A-Za-z0-9-]+$/),
      /** What makes the drive appear: BOOTSEL held while plugging in, where nothing is given, or reset pressed twice. */
      enter: z.enum(['bootsel', 'reset-twice']).optional(),
      /**
       * USB ids of the serial port that other firmware of the board shows, and that starts the boot loader when it is opened at
       * 1200 baud and closed. Left out: no such firmware is known.
       */
      touch: usbIds.optional(),
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
  /** A WCH-Link debug probe, and the chip as wlink names it. */
  z.strictObject({ kind: z.literal('wlink'), chip: z.string().regex(/^CH[0-9A-Z]+$/) }).readonly(),
  /** A debug probe and a chip, by the configuration files that OpenOCD has for them. */
  z
    .strictObject({
      kind: z.literal('openocd'),
      config: z
        .array(z.string().regex(/^(interface|target|board)\/[a-z0-9_-]+\.cfg$/))
        .min(1)
        .max(4)
        .readonly(),
    })
    .readonly(),
  /** The TinyFPGA boot loader, a USB serial port of its own. */
  z.strictObject({ kind: z.literal('tinyprog') }).readonly(),
  /** A boot loader that speaks DFU: its USB ids, and the alternate setting that the image goes to. */
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
  z
    .strictObject({
      kind: z.literal('qemu'),
      /** The program is `qemu-system-<system>`. */
      system: z.enum(['arm', 'riscv32']),
      /** Which of the machine's serial lines is that of the board; the first, 0, where it is not given. */
      line: z.int().min(0).max(7).optional(),
      /** Machine and processor as QEMU names them, with properties; null: the machine's own processor. */
      machine: qemuName,
      cpu: qemuName.nullable(),
      /** Every instruction takes 2^shift nanoseconds of the machine's time. */
      shift: z.int().min(0).max(10),
      /** Ticks a second of that time that the firmware measures latencies in; null: it counts instructions itself. */
      counterHz: clockHz.nullable(),
      /**
       * Where QEMU has no such chip: the target that is built in its place, and where that has as much flash and RAM. Only start-up,
       * port and addresses differ from what is flashed. Null: QEMU runs the very image.
       */
      twin: z
        .strictObject({ target: z.enum(TARGET_NAMES), flashOrigin: bytes, ramOrigin: bytes })
        .readonly()
        .nullable(),
    })
    .readonly(),
]);

/** What every board says of itself. */
const common = {
  $schema: z.string(),
  id: z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/),
  title: z.string().min(1).max(80),
  part: z.string().max(40),
  clockHz,
  flash: flashSchema,
  links: z.array(z.strictObject({ title: z.string().max(120), url: z.url() }).readonly()).readonly(),
};

const serial = {
  peripheral: z.string().max(80),
  baud: z.int().min(300).max(4_000_000),
  /** Bytes that may wait for the device; the window that it announces is a little smaller. A power of two, or 0 on an FPGA. */
  receiveBuffer: z.int().min(0).max(65_536),
  /** USB vendor and product ids of the board's serial interface, as four hex digits each. */
  usb: usbIds,
  /** What resets the board: its reset pin is at DTR, through a capacitor. Left out: nothing that the port can do. */
  reset: z.literal('dtr').optional(),
};

/** A board that runs C. */
export const firmwareBoardSchema = z
  .strictObject({
    ...common,
    kind: z.enum(['host', 'microcontroller']),
    target: z.enum(TARGET_NAMES),
    /** What the start-up code makes the clock from, on targets that serve boards with several: a crystal, or the clock of another chip. */
    oscillator: z
      .strictObject({ hz: clockHz, kind: z.enum(['crystal', 'clock']) })
      .readonly()
      .optional(),
    /** Null on the host, which has as much as the machine has. */
    memory: z.strictObject({ flash: region, ram: region }).readonly().nullable(),
    serial: z
      .strictObject({
        ...serial,
        pins: z
          .strictObject({ tx: z.string().max(20), rx: z.string().max(20) })
          .readonly()
          .nullable(),
      })
      .readonly(),
    toolchain: toolchainSchema,
    emulator: emulatorSchema.nullable(),
  })
  .readonly();

/** The name of a pin as the constraint files of the tools have it. */
const pin = z.string().regex(/^[A-Z]{0,2}[0-9]{1,3}$/);
const count = z.int().min(0);

/** Which tools place and route a design, and the names of the part there. */
export const fpgaToolchainSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('ice40'),
      device: z.enum(['hx1k', 'hx8k', 'lp1k', 'lp8k', 'up5k']),
      package: z.string().regex(/^[a-z]{2}\d{2,3}(:4k)?$/),
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('ecp5'),
      device: z.enum(['12k', '25k', '45k', '85k']),
      package: z.string().regex(/^CABGA\d{3}$/),
      speed: z.enum(['6', '7', '8']),
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('gowin'),
      device: z.string().regex(/^[A-Z0-9/-]{1,40}$/),
      family: z.string().regex(/^[A-Z0-9-]{1,20}$/),
    })
    .readonly(),
]);

/** A board with an FPGA. */
export const fpgaBoardSchema = z
  .strictObject({
    ...common,
    kind: z.literal('fpga'),
    /**
     * The oscillator: its pin and frequency. `clockHz` is the clock of the design, which a PLL makes where the two differ: one
     * that has this pin for its input (`pad`), or one that any signal can be led to (`core`).
     */
    oscillator: z.strictObject({ pin, hz: clockHz, pll: z.enum(['pad', 'core']).nullable() }).readonly(),
    /** What the part has: logic cells (a LUT of four inputs and a flip-flop), memories, multipliers (which are never used). */
    cells: z
      .strictObject({
        luts: z.int().min(1),
        blockRams: count,
        blockRamBits: count,
        /** Large single-port memories that cannot be part of a bitstream. */
        sprams: count,
        spramBits: count,
        dsps: count,
      })
      .readonly(),
    /**
     * The memory that the bitstream is in, where a design can read it: its pins (`out` is driven by the FPGA), and the first byte
     * that a bitstream leaves free. Large memories are filled from there.
     */
    spiFlash: z
      .strictObject({
        pins: z.strictObject({ clock: pin, select: pin, out: pin, in: pin }).readonly(),
        bytes: z.int().min(1),
        free: z
          .int()
          .min(0)
          .max(2 ** 24 - 1)
          .multipleOf(2 ** 16),
      })
      .readonly()
      .nullable(),
    /** `tx` is driven by the FPGA, `rx` by the host. */
    serial: z.strictObject({ ...serial, pins: z.strictObject({ tx: pin, rx: pin }).readonly() }).readonly(),
    /** Whether the device answers TRACE, which takes some 500 logic cells. */
    trace: z.boolean(),
    toolchain: fpgaToolchainSchema,
    /** What its owner must know before it is flashed or spoken with: jumpers, wires. */
    notes: z.array(z.string().min(1).max(200)).max(4).readonly(),
  })
  .readonly();

export const boardSchema = z.discriminatedUnion('kind', [firmwareBoardSchema, fpgaBoardSchema]);

export type Toolchain = z.infer<typeof toolchainSchema>;
export type FpgaToolchain = z.infer<typeof fpgaToolchainSchema>;
export type Flash = z.infer<typeof flashSchema>;
export type Emulator = z.infer<typeof emulatorSchema>;
export type FirmwareBoard = z.infer<typeof firmwareBoardSchema>;
export type FpgaBoard = z.infer<typeof fpgaBoardSchema>;
export type Board = z.infer<typeof boardSchema>;
