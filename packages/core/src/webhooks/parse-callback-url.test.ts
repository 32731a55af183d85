import { expect, test } from 'vitest';
import { parseCallbackUrl } from './parse-callback-url.ts';

const NONE: ReadonlySet<string> = new Set();

test('takes a plain URL apart, in one spelling', () => {
  expect(parseCallbackUrl('https://Hooks.Example.com:443?a=b%20c&d=1', NONE)).toEqual({
    kind: 'parsed',
    href: 'https://hooks.example.com/?a=b%20c&d=1',
    isTls: true,
    host: 'hooks.example.com',
    port: 443,
    path: '/?a=b%20c&d=1',
    isAllowed: false,
  });
  expect(parseCallbackUrl('http://[2606:4700::1111]:8080/x', NONE)).toMatchObject({
    href: 'http://[2606:4700::1111]:8080/x',
    host: '[2606:4700::1111]',
    port: 8_080,
  });
});

test.each([
  ['no scheme', 'example.com/x'],
  ['another scheme', 'ftp://example.com/'],
  ['a user', 'https://me@example.com/'],
  ['a password', 'https://me:pw@example.com/'],
  ['a fragment', 'https://example.com/#x'],
  ['an empty fragment', 'https://example.com/#'],
  ['a backslash', 'https://example.com\\@evil.example/'],
  ['a space', 'https://example.com/a b'],
  ['a line break', 'https://example.com/a\r\nx: y'],
  ['a line break at the end', 'https://example.com/a\n'],
  ['other letters', 'https://exämple.com/'],
  ['other letters in the path', 'https://example.com/ä'],
  ['a dot at the end of its host', 'https://example.com./'],
  ['a percent sign in its host', 'https://exa%6dple.com/'],
  ['no host', 'https:///x'],
  ['port 0', 'https://example.com:0/'],
  ['an empty port', 'https://example.com:/'],
  ['an octal address', 'http://0177.0.0.1/'],
  ['a number for an address', 'http://2130706433/'],
])('refuses %s', (_what, url) => {
  expect(parseCallbackUrl(url, NONE).kind).toBe('refused');
});

test.each(['127.0.0.1', '10.0.0.1', '169.254.169.254', '[::1]', '[::ffff:7f00:1]', '[fe80::1]', '0.0.0.0'])(
  'refuses %s unless the operator names it, with or without its port',
  (host) => {
    const url = `http://${host}:9000/x`;
    expect(parseCallbackUrl(url, NONE)).toMatchObject({
      reason: expect.stringContaining('DRYDOCK_WEBHOOK_ALLOW_HOSTS') as string,
    });
    expect(parseCallbackUrl(url, new Set([`${host}:9001`])).kind).toBe('refused');
    for (const allowed of [host, `${host}:9000`]) {
      expect(parseCallbackUrl(url, new Set([allowed]))).toMatchObject({ kind: 'parsed', isAllowed: true });
    }
  },
);
