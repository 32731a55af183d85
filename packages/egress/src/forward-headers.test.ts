import { expect, it } from 'vitest';
import { forwardHeaders } from './forward-headers.ts';

it('drops what belongs to the connection and what the connection names', () => {
  const raw = [
    'Host',
    'a',
    'Connection',
    'close, X-One',
    'X-One',
    '1',
    'X-Two',
    '2',
    'Proxy-Authorization',
    'p',
    'TE',
    'trailers',
  ];
  expect(forwardHeaders(raw)).toEqual(['Host', 'a', 'X-Two', '2']);
});

it('keeps what frames the message, whatever the connection names', () => {
  const raw = ['Host', 'a', 'Connection', 'content-length, host', 'Content-Length', '3'];
  expect(forwardHeaders(raw)).toEqual(['Host', 'a', 'Content-Length', '3']);
  expect(forwardHeaders(['Transfer-Encoding', 'chunked'])).toEqual(['Transfer-Encoding', 'chunked']);
});

it('drops the header that will be added', () => {
  expect(forwardHeaders(['AUTHORIZATION', 'mine', 'X', '1'], ['authorization'])).toEqual(['X', '1']);
});
