import fc from 'fast-check';
import { expect, it } from 'vitest';
import { literalAddress, matchesHost, parseEgressAuthority } from './egress-authority.ts';

it.each([
  ['example.com:443', { host: 'example.com', port: 443 }],
  ['EXAMPLE.com:443', { host: 'example.com', port: 443 }],
  ['a-b.c1:1', { host: 'a-b.c1', port: 1 }],
  ['127.0.0.1:80', { host: '127.0.0.1', port: 80 }],
  ['[::1]:80', { host: '[::1]', port: 80 }],
  ['example.com', 'bad_port'],
  ['example.com:', 'bad_port'],
  ['example.com:0', 'bad_port'],
  ['example.com:+443', 'bad_port'],
  ['example.com:0443', 'bad_port'],
  ['example.com:65536', 'bad_port'],
  ['example.com:443 ', 'bad_port'],
  ['example.com:443:80', 'bad_host'],
  ['', 'bad_host'],
  ['.:443', 'bad_host'],
  ['example.com.:443', 'bad_host'],
  ['example..com:443', 'bad_host'],
  ['-a.com:443', 'bad_host'],
  ['a_b.com:443', 'bad_host'],
  ['user@example.com:443', 'bad_host'],
  ['example.com#@evil.test:443', 'bad_host'],
  ['example.com%00.evil.test:443', 'bad_host'],
  ['example.com\0.evil.test:443', 'bad_host'],
  ['bücher.example:443', 'bad_host'],
  ['\u212Aelvin.example:443', 'bad_host'],
  ['127.1:80', 'bad_host'],
  ['0x7f000001:80', 'bad_host'],
  ['0x7f.0.0.1:80', 'bad_host'],
  ['0177.0.0.1:80', 'bad_host'],
  ['2130706433:80', 'bad_host'],
  ['127.0.0.256:80', 'bad_host'],
  ['127.0.0.1.:80', 'bad_host'],
  ['[::ffff:127.0.0.1]:80', 'bad_host'],
  ['[0:0::1]:80', 'bad_host'],
  ['[fe80::1%25eth0]:80', 'bad_host'],
  ['[::1', 'bad_host'],
])('reads %j as %o', (text, expected) => {
  expect(parseEgressAuthority(text)).toEqual(expected);
});

it('gives a missing port its default', () => {
  expect(parseEgressAuthority('a.test', 80)).toEqual({ host: 'a.test', port: 80 });
});

it.each([
  ['a.test', 'a.test', true],
  ['a.test', 'b.a.test', false],
  ['*.a.test', 'b.a.test', true],
  ['*.a.test', 'c.b.a.test', true],
  ['*.a.test', 'a.test', false],
  ['*.a.test', 'ba.test', false],
  ['*.a.test', 'a.test.evil.test', false],
  ['*', 'anything.test', true],
  ['*', '10.0.0.1', false],
  ['*', '[::1]', false],
  ['*.1', '10.0.0.1', false],
  ['10.0.0.1', '10.0.0.1', true],
])('%s means %s: %s', (pattern, host, expected) => {
  expect(matchesHost(pattern, host)).toBe(expected);
});

/** Whatever else a server or a resolver could take for a host. */
const piece = fc.constantFrom(
  'allowed.test',
  'evil.test',
  '.',
  '..',
  '@',
  ':',
  '443',
  '+443',
  '0443',
  '0',
  '%00',
  '%2e',
  '\0',
  '#',
  '/',
  '\\',
  '?',
  '[',
  ']',
  '::1',
  '::ffff:127.0.0.1',
  '127.0.0.1',
  '0x7f',
  '0177',
  '2130706433',
  'ALLOWED.TEST',
  'é',
  '\u3002',
  '\r\n',
  ' ',
  '\t',
  '-',
  '_',
);
const authority = fc.oneof(
  fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')),
  fc.string(),
  fc.webAuthority(),
);

/** An independent reader: the platform's URL parser. */
function oracle(text: string): string | undefined {
  const url = URL.parse(`http://${text}/`);
  return url === null || url.username !== '' || url.password !== '' ? undefined : url.hostname;
}

it('never takes for the allowed host what another parser takes for another', () => {
  let accepted = 0;
  fc.assert(
    fc.property(authority, (text) => {
      const parsed = parseEgressAuthority(text, 443);
      if (typeof parsed === 'string') return;
      accepted += 1;
      expect(oracle(text)).toBe(parsed.host);
      const isName = literalAddress(parsed.host) === undefined;
      expect(!isName || /^[a-z0-9.-]+$/.test(parsed.host)).toBe(true);
      const isAllowed = matchesHost('allowed.test', parsed.host);
      expect(isAllowed).toBe(/^allowed\.test(?::[1-9]\d*)?$/i.test(text));
    }),
    { numRuns: 20_000, examples: [['allowed.test:443'], ['allowed.test.evil.test']] },
  );
  expect(accepted).toBeGreaterThan(100);
});
