import { join } from 'node:path';
import {
  installNpmTool,
  npmPackage,
  type InstallOptions,
  type NpmPackage,
  type NpmTool,
} from './npm-tool.js';

/** Roughly what the packages take on disk once installed, in megabytes. */
export const ICE40_MEGABYTES = 265;

const ICE40: NpmTool = {
  id: 'ice40',
  what: 'Yosys and nextpnr for iCE40',
  version: '0.8.621',
  megabytes: ICE40_MEGABYTES,
  needs: '@yowasp/nextpnr-ice40',
  entry: 'node_modules/@yowasp/nextpnr-ice40/package.json',
  scripts: ['run.mjs'],
};

/** Where Yosys, nextpnr-ice40 and icepack from npm are, or would be. */
export function ice40Package(env: NodeJS.ProcessEnv = process.env): NpmPackage {
  return npmPackage(ICE40, env);
}

/** Installs them if they are not there. Throws ToolMissingError when npm cannot fetch them. */
export function installIce40(options: InstallOptions = {}): Promise<NpmPackage> {
  return installNpmTool(ICE40, options);
}

/** What runs a tool of the package. */
export function ice40Command({ folder }: NpmPackage, tool: string): readonly [string, ...string[]] {
  // WebAssembly is compiled anew at each start: the quick compiler first, and a large stack for recursive passes.
  return [process.execPath, '--stack-size=4000', join(folder, 'run.mjs'), tool];
}
