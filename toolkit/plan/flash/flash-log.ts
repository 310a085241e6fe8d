import { appendFileSync, writeFileSync } from 'node:fs';

/** Where all that a tool says is kept. */
export interface FlashLog {
  /** Null where there is none. */
  path(): string | null;
  add(text: string): void;
}

/** A new log in place of an older one. A log that cannot be written stops nothing: there is none then. */
export function flashLog(path: string | undefined): FlashLog {
  let open: string | null = null;
  const attempt = (write: (path: string) => void): void => {
    try {
      if (path !== undefined) write(path);
      open = path ?? null;
    } catch {
      open = null;
    }
  };
  attempt((file) => writeFileSync(file, ''));
  return {
    path: () => open,
    add(text) {
      if (open !== null) attempt((file) => appendFileSync(file, text));
    },
  };
}
