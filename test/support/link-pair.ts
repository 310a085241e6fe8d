import type { Link } from '../../toolkit/device/index.js';
import { linkEvents } from '../../toolkit/device/links/link-events.js';

/** Two ends of one line in this process; closing either end closes both. */
export function linkPair(): readonly [Link, Link] {
  const [left, right] = [linkEvents(), linkEvents()];
  const end = (mine: typeof left, other: typeof left): Link => ({
    write(bytes) {
      if (other.closed()) return Promise.reject(new Error('closed'));
      setImmediate(() => other.data(bytes));
      return Promise.resolve();
    },
    onData: mine.onData,
    onClose: mine.onClose,
    close() {
      for (const each of [mine, other]) each.close(null);
      return Promise.resolve();
    },
  });
  return [end(left, right), end(right, left)];
}
