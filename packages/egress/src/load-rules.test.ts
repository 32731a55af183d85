import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseRules } from './load-rules.ts';

const shipped = new URL('../../../infra/egress/rules.yaml', import.meta.url);

it('takes the shipped rules', () => {
  expect(parseRules(readFileSync(shipped, 'utf8')).map(({ name }) => name)).toContain('cloud metadata');
});

it.each([
  [
    'an example that is decided otherwise',
    "{name: a, verdict: allow, hosts: [a.test], allows: ['GET b.test:80']}",
    /rule "a" says allow for GET b.test:80/,
  ],
  [
    'a refusal that is allowed',
    "{name: a, verdict: allow, hosts: ['*'], allows: ['GET b.test:80'], denies: ['GET c.test:80']}",
    /says deny for GET c.test:80, but it is decided allow \(a\)/,
  ],
  ['no example', '{name: a, verdict: allow, hosts: [a.test]}', /needs an example/],
  [
    'private hosts by wildcard',
    "{name: a, verdict: allow, hosts: ['*.test'], ports: [80], allow_private: true, allows: ['GET a.test:80']}",
    /exact hosts/,
  ],
  [
    'private hosts without ports',
    "{name: a, verdict: allow, hosts: [a.test], allow_private: true, allows: ['GET a.test:80']}",
    /needs ports/,
  ],
  [
    'an unknown word',
    "{name: a, verdict: allow, hosts: [a.test], allows: ['GET a.test:80'], host: b}",
    /host/,
  ],
  [
    'a host with an upper case letter',
    "{name: a, verdict: allow, hosts: [A.test], allows: ['GET a.test:80']}",
    /lower case/,
  ],
  ['not YAML', '{', /YAML/],
])('refuses %s', (_, rule, problem) => {
  expect(() => parseRules(`rules: [${rule}]`)).toThrow(problem);
});
