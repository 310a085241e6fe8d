import { avr8Link, type EmulatedLink, type Link } from '../../toolkit/device/index.js';
import { linkEvents } from '../../toolkit/device/links/link-events.js';
import { bootLoader, type BootLoader, type BootLoaderFaults } from './boot-loader.js';

const FLASH_BYTES = 0x8000;
/** Emulated milliseconds that the chip runs after something was said to it: nobody here waits for its answer. */
const AWAKE = 2000;

/** What a programmer says first. It has reset the chip by DTR before, which a pseudo-terminal does not carry. */
const SYNC = [0x30, 0x20] as const;

export interface BootableUno {
  /** The board's end of its serial line. */
  readonly line: Link;
  readonly boot: BootLoader;
}

/** An Arduino Uno just after its reset: the boot loader has the serial line, then the program that it was given, emulated. */
export function bootableUno(faults: BootLoaderFaults = {}): BootableUno {
  const boot = bootLoader(FLASH_BYTES, faults);
  const events = linkEvents();
  let chip: EmulatedLink | undefined;

  const start = (): EmulatedLink => {
    const started = avr8Link({ bin: boot.flash });
    started.onData((bytes) => events.data(bytes));
    started.onClose((reason) => events.close(reason));
    return started;
  };
  return {
    boot,
    line: {
      async write(bytes) {
        if (chip !== undefined && bytes[0] === SYNC[0] && bytes[1] === SYNC[1]) {
          chip = undefined;
          boot.reset();
        }
        if (chip === undefined) {
          const answer = boot.receive(bytes);
          if (answer.length > 0) events.data(answer);
          if (boot.hasLeft()) chip = start();
          return;
        }
        chip.clock.after(AWAKE, () => undefined);
        await chip.write(bytes);
      },
      onData: events.onData,
      onClose: events.onClose,
      async close() {
        await chip?.close();
        events.close(null);
      },
    },
  };
}
