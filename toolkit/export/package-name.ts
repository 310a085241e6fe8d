/** Targets that every CMake project has or may have. */
const CMAKE =
  'all clean depend edit_cache example help install list_install_components package preinstall rebuild_cache test';

const RESERVED: ReadonlySet<string> = new Set(CMAKE.split(' '));

/**
 * The name of a network's library for package managers: its C name, unless that means something there. It satisfies the rules of
 * Arduino's library manager (a letter first, then letters, digits and `_`; 63 at most; "Arduino" not at the beginning) and CMake's for targets.
 */
export function packageName(cName: string): string {
  return RESERVED.has(cName) ? `${cName}_network` : cName;
}
