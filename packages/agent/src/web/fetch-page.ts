import type { PageAnswer, PageQuery } from '@drydock/contracts';
import { EGRESS_PROXY_PORT } from '@drydock/contracts';
import { once } from 'node:events';
import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { toPage } from './to-page.ts';

const MAX_REDIRECTS = 5;
const MAX_BODY_BYTES = 2 << 20;
const HEADERS = {
  accept: 'text/html, text/plain, text/markdown, application/json;q=0.9, */*;q=0.1',
  'accept-encoding': 'identity',
  'user-agent': 'drydock-web-browser',
};

/** Everything goes to the gateway, loopback with it: what may be reached is decided there. */
const PROXY = `http://127.0.0.1:${EGRESS_PROXY_PORT}`;
const proxyEnv = { HTTP_PROXY: PROXY, HTTPS_PROXY: PROXY };

/** Fetches a page and makes it readable. Redirects are followed on the same host only. */
export async function fetchPage({ url, timeoutMs }: PageQuery): Promise<PageAnswer> {
  const signal = AbortSignal.timeout(timeoutMs);
  let at = new URL(url);
  try {
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const response = await get(at, signal);
      const target = findRedirect(response, at);
      if (target === undefined) return toPage({ url: at, response, ...(await readBody(response)) });
      response.destroy();
      if (target.host !== at.host) {
        return { type: 'redirect', to: target.href.slice(0, 2_000), status: response.statusCode ?? 0 };
      }
      at = target;
    }
    return { type: 'refused', message: `${url} redirects more than ${MAX_REDIRECTS} times.` };
  } catch (error) {
    const why = signal.aborted ? `no answer within ${timeoutMs} ms` : toWords(error);
    return { type: 'refused', message: `${at.href.slice(0, 300)}: ${why}` };
  }
}

async function get(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const sent =
    url.protocol === 'https:'
      ? requestHttps(url, { headers: HEADERS, signal, agent: new HttpsAgent({ proxyEnv }) })
      : requestHttp(url, { headers: HEADERS, signal, agent: new HttpAgent({ proxyEnv }) });
  sent.end();
  const [response] = (await once(sent, 'response', { signal })) as [IncomingMessage];
  return response;
}

/** Where an answer leads; undefined where it is the page. */
function findRedirect({ statusCode = 0, headers }: IncomingMessage, from: URL): URL | undefined {
  const isRedirect = [301, 302, 303, 307, 308].includes(statusCode) && headers.location !== undefined;
  const target = isRedirect ? URL.parse(headers.location ?? '', from.href) : null;
  return target !== null && /^https?:$/.test(target.protocol) ? target : undefined;
}

async function readBody(response: IncomingMessage): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) break;
  }
  return { bytes: Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES), isWhole: size <= MAX_BODY_BYTES };
}

const toWords = (error: unknown): string => (error instanceof Error ? error.message : String(error));
