import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Emulator } from '../../boards/board.js';
import { DeviceError, InterruptedError, ToolMissingError, type TablizeError } from '../../errors.js';
import type { Link } from '../device.js';
import { linkEvents } from '../links/link-events.js';

export type Qemu = Extract<Emulator, { readonly kind: 'qemu' }>;

/** Milliseconds that QEMU may take to open its end of the serial line. */
const START_PATIENCE = 60_000;

/** How much of what QEMU said on its standard error is kept. */
const LAST_WORDS = 2000;

/** The Debian packages with QEMU's programs. */
const PACKAGES: Readonly<Record<Qemu['system'], string>> = {
  arm: 'qemu-system-arm',
  riscv32: 'qemu-system-misc',
};

/** What QEMU is started with: `elf` runs, and the board's serial line is a connection to `port` on this machine. */
export function qemuArguments(
  { system, machine, cpu, shift, line = 0 }: Qemu,
  elf: string,
  port: number,
): readonly string[] {
  return [
    ...['-machine', machine],
    ...(cpu === null ? [] : ['-cpu', cpu]),
    // Without firmware of QEMU's own.
    ...(system === 'riscv32' ? ['-bios', 'none'] : []),
    ...['-kernel', elf],
    ...['-icount', `shift=${shift}`],
    ...Array.from({ length: line }, () => ['-serial', 'null']).flat(),
    ...['-serial', `tcp:127.0.0.1:${port},nodelay=on`],
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-monitor', 'none'],
  ];
}

/**
 * Starts QEMU with a program, and links to the machine's serial line; QEMU ends with the link, or when this process exits (killed
 * outright, it leaves QEMU behind). Throws
 * ToolMissingError where there is no QEMU, DeviceError with its words when it does not run, InterruptedError.
 */
export async function qemuLink(qemu: Qemu, elf: string, signal?: AbortSignal): Promise<Link> {
  const server = await listen();
  const program = `qemu-system-${qemu.system}`;
  const { port } = server.address() as AddressInfo;
  const child = spawn(program, qemuArguments(qemu, elf, port), { stdio: ['ignore', 'ignore', 'pipe'] });
  const running = watch(child, program);
  try {
    const socket = await connected(server, running, qemu, signal);
    return serialLink(socket, running);
  } catch (error) {
    await running.kill();
    throw error;
  } finally {
    server.close();
  }
}

/** A server on a free port for one connection from this machine. */
function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ noDelay: true });
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => resolve(server));
  });
}

/** A child process until its end. */
interface Running {
  /** Resolves with how it ended; never rejects. */
  readonly ended: Promise<{ readonly reason: string; readonly missing: boolean }>;
  /** What it said on its standard error. */
  words(): string;
  /** Ends it; resolves when it has ended. */
  kill(): Promise<void>;
}

function watch(child: ChildProcess, program: string): Running {
  let lastWords = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    lastWords = (lastWords + bytes.toString()).slice(-LAST_WORDS);
  });
  const words = (): string => lastWords.trim();
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise<{ reason: string; missing: boolean }>((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      process.off('exit', kill);
      resolve({ reason: `cannot run ${program}: ${error.message}`, missing: error.code === 'ENOENT' });
    });
    child.on('close', (code, signal) => {
      process.off('exit', kill);
      const how = `${program} ended (${signal ?? `exit code ${code ?? 'unknown'}`})`;
      resolve({ reason: words() === '' ? how : `${how}; it said: ${words()}`, missing: false });
    });
  });
  return {
    ended,
    words,
    async kill() {
      kill();
      await ended;
    },
  };
}

/** Waits for QEMU's end of the line. */
async function connected(
  server: Server,
  running: Running,
  qemu: Qemu,
  signal: AbortSignal | undefined,
): Promise<Socket> {
  let cleanUp = (): void => undefined;
  const socket = new Promise<Socket>((resolve, reject) => {
    const timer = setTimeout(() => {
      const said = running.words() === '' ? '' : `; it said: ${running.words()}`;
      reject(new DeviceError(`QEMU did not start within ${START_PATIENCE / 1000} s${said}`, AGAIN));
    }, START_PATIENCE);
    const abort = (): void => reject(new InterruptedError());
    signal?.addEventListener('abort', abort);
    cleanUp = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    server.once('connection', resolve);
    void running.ended.then((end) => reject(startError(end, running.words(), qemu)));
    if (signal?.aborted === true) abort();
  });
  try {
    return await socket;
  } finally {
    cleanUp();
  }
}

const AGAIN = { next: 'try again when this machine is less busy' };

/** Why QEMU ended before its machine ran, in words that help. */
function startError(
  { reason, missing }: { readonly reason: string; readonly missing: boolean },
  words: string,
  { system, machine, cpu }: Qemu,
): TablizeError {
  const program = `qemu-system-${system}`;
  const install = `\`apt-get install ${PACKAGES[system]}\`, or on macOS \`brew install qemu\``;
  if (missing)
    return new ToolMissingError(`${program} is not on the PATH`, { next: `install it: ${install}` });
  if (/unsupported machine type|unable to find CPU model|property .* not found/i.test(words)) {
    const wanted = cpu === null ? `"${machine}"` : `"${machine}" with the processor "${cpu}"`;
    return new DeviceError(`this ${program} does not know the machine ${wanted}: ${words}`, {
      next: `install a newer one (7.2 knows all boards): ${install}; or correct the emulator of the board file`,
    });
  }
  return new DeviceError(reason, { next: 'build the firmware again; what QEMU said tells why it ended' });
}

function serialLink(socket: Socket, running: Running): Link {
  const events = linkEvents();
  socket.on('data', (bytes) => events.data(bytes));
  socket.on('error', () => undefined);
  // A line that QEMU has closed is of no more use; why it did is told by its end.
  socket.on('close', () => void running.kill());
  void running.ended.then(({ reason }) => {
    socket.destroy();
    events.close(reason);
  });
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => {
          if (error == null) resolve();
          else events.onClose((reason) => reject(new DeviceError(reason ?? error.message, { cause: error })));
        });
      }),
    onData: events.onData,
    onClose: events.onClose,
    close: () => running.kill(),
  };
}
