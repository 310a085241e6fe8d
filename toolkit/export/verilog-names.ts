/**
 * Puts a prefix before the names of all modules, of the files that they read, and of all files, so that designs from several exports
 * can be one design: Verilog has one room for the names of modules.
 */
export function withPrefix(files: ReadonlyMap<string, string>, prefix: string): ReadonlyMap<string, string> {
  const modules = Array.from(files.values(), (text) => /^module (\w+)/m.exec(text)?.[1] ?? []).flat();
  const constants = [...files.keys()].filter((name) => name.endsWith('.hex'));
  // A module's name is where it is declared, or where a line begins with it and an instance follows.
  const declared = new RegExp(`^(module |\\s+)(${modules.join('|')})(?= (?:#\\(|\\w+ \\(|\\())`, 'gm');
  const read = new RegExp(`"(${constants.map((name) => name.replace('.', '\\.')).join('|')})"`, 'g');
  return new Map(
    Array.from(files, ([name, text]): [string, string] => [
      `${prefix}_${name}`,
      name.endsWith('.v')
        ? text
            .replace(declared, (_all, before: string, module: string) => `${before}${prefix}_${module}`)
            .replace(read, (_all, file: string) => `"${prefix}_${file}"`)
        : text,
    ]),
  );
}
