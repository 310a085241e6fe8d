import type { Link } from '../device.js';

export interface MeteredLink extends Link {
  /** How many bytes were written to the link, and came from it. */
  bytes(): { readonly sent: number; readonly received: number };
}

/** The link, with its bytes counted; for one listener. */
export function meteredLink(link: Link): MeteredLink {
  let sent = 0;
  let received = 0;
  return {
    write(bytes) {
      sent += bytes.length;
      return link.write(bytes);
    },
    onData: (listener) => {
      link.onData((bytes) => {
        received += bytes.length;
        listener(bytes);
      });
    },
    onClose: (listener) => link.onClose(listener),
    close: () => link.close(),
    bytes: () => ({ sent, received }),
  };
}
