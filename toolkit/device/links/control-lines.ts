import type { SerialPort } from 'serialport';

/** Milliseconds that DTR and RTS are off: the capacitor at an AVR's reset pin needs less than one. */
export const PULSE = 50;

/** Lets DTR and RTS go for a moment, which resets boards whose reset pin is at one of them. Ports without these lines stay as they are. */
export async function pulseReset(port: SerialPort): Promise<void> {
  await setLines(port, { dtr: false, rts: false });
  await new Promise((resolve) => setTimeout(resolve, PULSE));
  await setLines(port, { dtr: true, rts: true });
}

/** Sets DTR and RTS where the port has them. */
export function setLines(
  port: SerialPort,
  lines: { readonly dtr: boolean; readonly rts: boolean },
): Promise<void> {
  return new Promise((resolve) => port.set(lines, () => resolve()));
}
