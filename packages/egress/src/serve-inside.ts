import { dial, startTls } from './dial.ts';
import type { Admission, EgressLine } from './egress-line.ts';
import { forwardExchange, type Exchange } from './forward-exchange.ts';
import { namesAuthority } from './names-authority.ts';
import { refuseResponse, type Refusal } from './refuse.ts';

interface Inside extends Exchange {
  readonly admission: Admission;
}

/** Serves a request inside a tunnel that the gateway reads because it adds a header there. Never rejects. */
export async function serveInside(line: EgressLine, inside: Inside): Promise<void> {
  const { request, response, admission } = inside;
  const { host, port } = admission.target;
  const { method = '', url: path = '' } = request;
  const fault = findFault(inside);
  if (fault !== undefined) {
    line.tellRefused({ target: `${host}:${port}`, method }, fault);
    return refuseResponse(response, fault);
  }
  const { network } = line.services;
  const connect = async () => {
    const plain = await dial(admission.target, { route: admission.route, network }, admission.ended);
    return startTls(plain, { host, network }, admission.ended);
  };
  await forwardExchange(line, { request, response, admission, path, connect });
}

function findFault({ request, admission }: Inside): Refusal | undefined {
  const { method = '', url = '', headers } = request;
  if (!namesAuthority(headers.host, admission.target)) {
    return { reason: 'bad_host', detail: 'not the host of the tunnel' };
  }
  if (!url.startsWith('/')) return { reason: 'bad_request', detail: 'not a path' };
  return admission.methods.includes(method) ? undefined : { reason: 'method_not_granted' };
}
