import { parseEgressAuthority, type EgressAuthority } from '@drydock/core';
import { dial } from './dial.ts';
import type { EgressLine } from './egress-line.ts';
import { forwardExchange, type Exchange } from './forward-exchange.ts';
import { namesAuthority } from './names-authority.ts';
import { refuseResponse, type Refusal } from './refuse.ts';

interface Plain {
  readonly authority: EgressAuthority;
  readonly path: string;
}

const HTTP_PORT = 80;
const ABSOLUTE = /^http:\/\/(?<authority>[^/?#\\]*)(?<path>(?:[/?][^#]*)?)$/;

/** Serves plain HTTP with the whole URL in the request line, as clients ask a proxy. Never rejects. */
export async function servePlain(line: EgressLine, exchange: Exchange, signal: AbortSignal): Promise<void> {
  const { method = '', url = '', headers } = exchange.request;
  const refuse = (refusal: Refusal, target: string) => {
    line.tellRefused({ target, method }, refusal);
    refuseResponse(exchange.response, refusal);
  };
  const plain = readUrl(url);
  // A path can hold a secret of the job, and is not told.
  if ('reason' in plain) return refuse(plain, url.split(/(?<=[^:/])[/?]/, 1)[0] ?? '');
  const { authority, path } = plain;
  const target = `${authority.host}:${authority.port}`;
  if (!namesAuthority(headers.host, authority)) {
    return refuse({ reason: 'bad_host', detail: 'host and URL differ' }, target);
  }
  const admission = await line.admit({ ...authority, method }, signal);
  if (signal.aborted) return;
  if (admission.verdict === 'deny') return refuse(admission, target);
  const { network } = line.services;
  const connect = () => dial(authority, { route: admission.route, network }, admission.ended);
  await forwardExchange(line, { ...exchange, admission, path, connect });
}

function readUrl(url: string): Plain | Refusal {
  const groups = ABSOLUTE.exec(url)?.groups;
  if (groups === undefined) {
    return { reason: 'bad_request', detail: 'not http://host/path; use CONNECT for https' };
  }
  const { authority: text = '', path = '' } = groups;
  const authority = parseEgressAuthority(text, HTTP_PORT);
  if (typeof authority === 'string') return { reason: authority };
  return { authority, path: path.startsWith('/') ? path : `/${path}` };
}
