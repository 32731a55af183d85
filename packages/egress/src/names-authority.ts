import { parseEgressAuthority, type EgressAuthority } from '@drydock/core';

/** Whether a Host header means the same as what the request itself says: two opinions are refused. */
export function namesAuthority(text: string | undefined, { host, port }: EgressAuthority): boolean {
  const named = parseEgressAuthority(text ?? '', port);
  return typeof named !== 'string' && named.host === host && named.port === port;
}
