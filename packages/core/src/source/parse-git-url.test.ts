import { expect, it } from 'vitest';
import { parseGitUrl } from './parse-git-url.ts';

it.each([
  ['https://git.example/a/b.git', 'https://git.example/a/b.git', 'git.example', 443],
  ['HTTP://GIT.Example:8080/a', 'http://git.example:8080/a', 'git.example', 8080],
  ['https://git.example:443/a', 'https://git.example/a', 'git.example', 443],
  ['http://[::1]:9/a', 'http://[::1]:9/a', '::1', 9],
  // Other spellings of 127.0.0.1 are that address, so that it is judged as one.
  ['http://0x7f.1/a', 'http://127.0.0.1/a', '127.0.0.1', 80],
  ['http://2130706433/a', 'http://127.0.0.1/a', '127.0.0.1', 80],
  ['http://017700000001/a', 'http://127.0.0.1/a', '127.0.0.1', 80],
  ['http://①②⑦.0.0.1/a', 'http://127.0.0.1/a', '127.0.0.1', 80],
])('reads %s', (text, href, host, port) => {
  expect(parseGitUrl(text)).toEqual({ kind: 'parsed', transport: 'http', href, host, port });
});

it.each([
  ['file:///etc', 'Only https, http and ssh'],
  ['ext::sh -c id', 'not a URL'],
  ['ext::sh', 'Only https, http and ssh'],
  ['git://git.example/a', 'Only https, http and ssh'],
  ['/srv/a', 'not a URL'],
  ['-u', 'not a URL'],
  ['https://user:secret@git.example/a', 'credentials'],
  ['https://token@git.example/a', 'credentials'],
  ['https://git.example/a?x=1', 'query'],
  ['https://git.example/a#x', 'query'],
  ['https://git.example./a', 'host'],
  ['https://git.exa\nmple/a', 'not a URL'],
  ['https:\\\\git.example\\a', 'not a URL'],
  ['https://git.example/a b', 'not a URL'],
  ['https://%00/a', 'not a URL'],
])('refuses %j', (text, reason) => {
  const parsed = parseGitUrl(text);
  expect(parsed.kind === 'refused' && parsed.reason).toContain(reason);
});
