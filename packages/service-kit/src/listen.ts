import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigError } from './config-error.ts';

export interface ListenAddress {
  readonly host: string;
  /** 0: the system picks. */
  readonly port: number;
  /** The variables to change when the address cannot be had. */
  readonly hostVariable: string;
  readonly portVariable: string;
}

/** Listens and resolves with the base URL. Throws ConfigError naming the variable where the address cannot be had. */
export async function listen(server: Server, address: ListenAddress): Promise<string> {
  server.listen(address.port, address.host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new ConfigError([refusal(address, cause)], { cause });
  }
  const { address: host, port, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${host}]` : host}:${port}`;
}

function refusal(address: ListenAddress, cause: unknown) {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return code === 'EADDRINUSE' || code === 'EACCES'
    ? {
        variable: address.portVariable,
        problem: `names port ${address.port}, which is ${code === 'EACCES' ? 'not permitted' : 'in use'}; set another, or 0 to let the system pick.`,
      }
    : {
        variable: address.hostVariable,
        problem: `names an address that this machine does not have; set for example 127.0.0.1.`,
      };
}
