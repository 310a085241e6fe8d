import { InputError } from '../../errors.js';

/** A serial port that another machine, or a program, serves over TCP. */
export interface RemotePort {
  /** `tcp`: the board's bytes as they are; `rfc2217`: in Telnet, which sets the port's speed too. */
  readonly scheme: 'tcp' | 'rfc2217';
  readonly host: string;
  readonly port: number;
  /** As the user wrote it. */
  readonly address: string;
}

/** The remote port that `tcp://host:port` or `rfc2217://host:port` names; null for a port of this machine. Throws InputError. */
export function parseRemotePort(address: string): RemotePort | null {
  const [, name = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(address) ?? [];
  if (name === '') return null;
  const scheme = (['tcp', 'rfc2217'] as const).find((known) => known === name.toLowerCase());
  const [, bracketed, plain, digits] =
    /^(?:\[([0-9a-f:.%\w]+)\]|([^[\]:/@?#\s]+)):(\d{1,5})\/?$/i.exec(rest) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (scheme === undefined || host === undefined || port < 1 || port > 65_535) {
    throw new InputError('this is no address of a serial port', {
      where: address,
      next: 'write tcp://host:port for raw bytes or rfc2217://host:port for Telnet, such as rfc2217://lab.local:2217; an IPv6 address goes in brackets',
    });
  }
  return { scheme, host, port, address };
}
