import type { Aim, KernelName, KernelOptions } from '../firmware/index.js';

/** What the command line says of kernels. */
export interface KernelChoice {
  readonly optimize?: Aim;
  readonly kernel?: ReadonlyMap<string, KernelName>;
}

/** What that changes of the usual choice. */
export function kernelChanges({ optimize, kernel }: KernelChoice): Partial<KernelOptions> {
  return {
    ...(optimize === undefined ? {} : { aim: optimize }),
    ...(kernel === undefined ? {} : { forced: kernel }),
  };
}
