import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { freePort } from './rfc2217-server.js';

/** Debian's server of serial ports, in front of `connector` (ser2net.yaml(5)); it speaks RFC 2217 on a free port. */
export async function ser2net(connector: string): Promise<{ port: number; close: () => void }> {
  const port = await freePort();
  const server = spawn('ser2net', ['-d', '-u', '-c', '-'], { stdio: ['pipe', 'ignore', 'ignore'] });
  server.stdin.end(`%YAML 1.1
---
connection: &board
  accepter: telnet(rfc2217),tcp,127.0.0.1,${port}
  connector: ${connector}
`);
  for (let tries = 0; !isListening(port); tries++) {
    if (tries === 500 || server.exitCode !== null) throw new Error('ser2net does not start');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { port, close: () => server.kill('SIGKILL') };
}

/** As the kernel tells: a call to find it out would keep the port busy for the next one. */
function isListening(port: number): boolean {
  const address = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`;
  return readFileSync('/proc/net/tcp', 'utf8').includes(address);
}
