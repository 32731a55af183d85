import { literalAddress, type EgressRefusal } from '@drydock/core';
import type { Socket } from 'node:net';
import { dial, startTls } from './dial.ts';
import { findRoute, type Network } from './network.ts';

export interface OutwardTarget {
  /** A canonical host: an IPv6 address is in brackets. */
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}

/**
 * A connection of Drydock's own to a host that a caller named, by the rules of sandboxes: resolved once, only to public
 * addresses unless `allowPrivate`. Throws where nothing answers, or not with the host's certificate.
 */
export async function connectOut(
  { host, port, isTls }: OutwardTarget,
  { allowPrivate, network }: { readonly allowPrivate: boolean; readonly network: Network },
  signal: AbortSignal,
): Promise<Socket | EgressRefusal> {
  const route = await findRoute({ host, port }, { allowPrivate, network }, signal);
  if ('verdict' in route) return route;
  const socket = await dial({ host, port }, { route, network }, signal);
  if (!isTls) return socket;
  try {
    return await startTls(socket, { host: literalAddress(host) ?? host, network }, signal);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
