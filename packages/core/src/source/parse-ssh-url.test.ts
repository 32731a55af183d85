import { expect, it } from 'vitest';
import { parseGitUrl } from './parse-git-url.ts';

it.each([
  ['ssh://git@git.example/a/b.git', 'ssh://git@git.example/a/b.git', 'git.example', 22],
  ['SSH://git@GIT.Example:22/a', 'ssh://git@git.example/a', 'git.example', 22],
  ['ssh://git@git.example:2222/~ada/a', 'ssh://git@git.example:2222/~ada/a', 'git.example', 2222],
  ['ssh://git@[::1]:9/a', 'ssh://git@[::1]:9/a', '::1', 9],
  ['ssh://git@0x7f.1/a', 'ssh://git@127.0.0.1/a', '127.0.0.1', 22],
  ['ssh://git@git.example/My%20Team/a', 'ssh://git@git.example/My%20Team/a', 'git.example', 22],
  ['git@git.example:a/b.git', 'git@git.example:a/b.git', 'git.example', 22],
  ['git@GIT.example:/srv/a', 'git@git.example:/srv/a', 'git.example', 22],
  ['git@git.example:v3/My%20Team/a', 'git@git.example:v3/My%20Team/a', 'git.example', 22],
  ['git@[::1]:a', 'git@[::1]:a', '::1', 22],
])('reads %s, and reads what it made of it alike', (text, href, host, port) => {
  const parsed = { kind: 'parsed', transport: 'ssh', href, host, port };
  expect(parseGitUrl(text)).toEqual(parsed);
  expect(parseGitUrl(href)).toEqual(parsed);
});

it.each([
  'ssh://-oProxyCommand=id/a',
  'ssh://git@-oProxyCommand=id/a',
  'ssh://-git@git.example/a',
  '-oProxyCommand=id@git.example:a',
  'ssh://git:secret@git.example/a',
  'ssh://git.example/a',
  'git@git.example',
  'git@git.example:',
  'git@git.example:-x',
  'git@git.example:a/-x',
  'git@git.example:a//b',
  'git@git.example:a b',
  'git@git.example:$(id)',
  'git@git.example:a;id',
  "git@git.example:a'b",
  'git@git.example:a\nb',
  'git@git.example:[a]:b',
  'git@[git.example:22]:a',
  'ssh://git@git.example/',
  'ssh://git@git.example/-x',
  'ssh://git@git.example/../a',
  'ssh://git@git.example/a%00',
  'ssh://git@git.example/a%0aid',
  'ssh://git@git.example/%2dx',
  'ssh://git@git.example/a?b',
  'ssh://git@git.example/a#b',
  'ssh://git@git.example/a\\b',
  'ssh://git@git.example/a\n',
  'ssh://git@git.example\n/a',
  'ssh://git@git.example./a',
  'ssh://git@git.exämple/a',
  'ssh://git@git.example%00/a',
  'ssh://git@[fe80::1%25eth0]/a',
  'ssh://git@[::g]/a',
  'ssh://git@git.example:0/a',
  'ssh://git@git.example:65536/a',
  'ssh://git@git.example:22x/a',
  'ssh://git@999.1.1.1/a',
])('refuses %j', (text) => {
  expect(parseGitUrl(text)).toEqual({ kind: 'refused', reason: expect.stringMatching(/^It/) });
});
