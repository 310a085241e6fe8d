import {
  installNpmTool,
  npmPackage,
  type InstallOptions,
  type NpmPackage,
  type NpmTool,
} from './npm-tool.js';

export const ZIG_VERSION = '0.16.0';

/** Roughly what the package takes on disk once installed, in megabytes. */
export const ZIG_MEGABYTES = 400;

const PLATFORM_PACKAGE = `@zigc/${process.platform}-${process.arch}`;

const ZIG: NpmTool = {
  id: 'zig',
  what: 'the zig compiler',
  version: ZIG_VERSION,
  megabytes: ZIG_MEGABYTES,
  needs: PLATFORM_PACKAGE,
  entry: `node_modules/${PLATFORM_PACKAGE}/bin/${process.platform === 'win32' ? 'zig.exe' : 'zig'}`,
  scripts: [],
};

/** Where the zig compiler is, or would be. */
export function zigPackage(env: NodeJS.ProcessEnv = process.env): NpmPackage {
  return npmPackage(ZIG, env);
}

/** Installs it if it is not there. Throws ToolMissingError when npm cannot fetch it. */
export function installZig(options: InstallOptions = {}): Promise<NpmPackage> {
  return installNpmTool(ZIG, options);
}
