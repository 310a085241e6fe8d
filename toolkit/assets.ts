import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the package: the parent of `toolkit/` in a checkout and of `dist/` once installed. */
export const packageRoot: string = fileURLToPath(new URL('..', import.meta.url));

/** Absolute path of a file or folder that is shipped with the package, such as `boards` or `firmware-templates`. */
export function assetPath(relative: string): string {
  return `${packageRoot}${relative}`;
}

/** The version of the package, such as 0.1.0. */
export function toolkitVersion(): string {
  const { version } = JSON.parse(readFileSync(assetPath('package.json'), 'utf8')) as {
    readonly version: string;
  };
  return version;
}
