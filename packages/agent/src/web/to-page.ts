import type { PageAnswer } from '@drydock/contracts';
import type { IncomingMessage } from 'node:http';
import { readHtml } from './read-html.ts';

interface FetchedPage {
  readonly url: URL;
  readonly response: Pick<IncomingMessage, 'statusCode' | 'headers'>;
  readonly bytes: Uint8Array;
  readonly isWhole: boolean;
}

const MAX_TEXT_CHARS = 150_000;
/** What a person could read as it stands. */
const PLAIN = /^(?:text\/|application\/(?:[\w.+-]*json|xml|[\w.+-]*\+xml|javascript|yaml|toml))/;
const HTML = /^(?:text\/html|application\/xhtml\+xml)/;

/** What was fetched, as text; refused where it is none. */
export function toPage({ url, response, bytes, isWhole }: FetchedPage): PageAnswer {
  const { statusCode: status = 0, headers } = response;
  const contentType = (headers['content-type'] ?? 'text/plain').toLowerCase().slice(0, 200);
  if (!PLAIN.test(contentType) && !HTML.test(contentType)) {
    return {
      type: 'refused',
      message: `${contentType} is no text. Only text, HTML, JSON and the like are read.`,
    };
  }
  const source = decode(bytes, contentType);
  const { title, text, links } = HTML.test(contentType)
    ? readHtml(source, url)
    : { title: '', text: source, links: [] };
  return {
    type: 'page',
    url: url.href.slice(0, 2_000),
    status,
    contentType,
    title,
    text: text.slice(0, MAX_TEXT_CHARS).toWellFormed(),
    links,
    isWhole: isWhole && text.length <= MAX_TEXT_CHARS,
  };
}

/** By the charset that the server names; UTF-8 where it names none that is known. */
function decode(bytes: Uint8Array, contentType: string): string {
  const charset = /charset="?([\w-]+)/.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
