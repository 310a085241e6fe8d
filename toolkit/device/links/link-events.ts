import type { Link } from '../device.js';

/** The two events of a link, as a link makes them: data while it is open, then one close. */
export interface LinkEvents extends Pick<Link, 'onData' | 'onClose'> {
  data(bytes: Uint8Array): void;
  close(reason: string | null): void;
  closed(): boolean;
}

/** A listener that comes after the close is told of it at once; what came before the first listener is kept for it. */
export function linkEvents(): LinkEvents {
  const dataListeners: ((bytes: Uint8Array) => void)[] = [];
  const closeListeners: ((reason: string | null) => void)[] = [];
  let early: Uint8Array[] = [];
  let end: { readonly reason: string | null } | undefined;
  return {
    onData(listener) {
      dataListeners.push(listener);
      for (const bytes of early) listener(bytes);
      early = [];
    },
    onClose(listener) {
      if (end === undefined) closeListeners.push(listener);
      else listener(end.reason);
    },
    data(bytes) {
      if (end !== undefined) return;
      if (dataListeners.length === 0) early.push(bytes);
      for (const listener of dataListeners) listener(bytes);
    },
    close(reason) {
      if (end !== undefined) return;
      end = { reason };
      for (const listener of closeListeners) listener(reason);
    },
    closed: () => end !== undefined,
  };
}
