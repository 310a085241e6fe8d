import type { Device } from '../device.js';
import type { Qemu } from './qemu.js';

const NANOSECONDS = 1e9;

/**
 * The device with its latencies in instructions. In an emulator that gives every instruction the same time the firmware's counter
 * shows how many there were, not the cycles that a chip would need for them.
 */
export function inInstructions(
  device: Device,
  { shift, counterHz }: Pick<Qemu, 'shift' | 'counterHz'>,
): Device {
  if (counterHz === null) return device;
  const ticks = (counterHz * 2 ** shift) / NANOSECONDS;
  return {
    ...device,
    info: async () => ({ ...(await device.info()), latencyUnit: 'instructions' }),
    infer: async (picture) => {
      const answer = await device.infer(picture);
      return { ...answer, latency: Math.round(answer.latency / ticks) };
    },
  };
}
