import { expect, it } from 'vitest';
import { explainFetch } from './explain-fetch.ts';

it.each([
  ["fatal: could not read Username for 'http://x': terminal prompts disabled", 'bad_source', 'credentials'],
  ["fatal: unable to access 'http://x/': The requested URL returned error: 403", 'bad_source', 'credentials'],
  ["fatal: unable to access 'http://x/': The requested URL returned error: 302", 'bad_source', 'redirects'],
  ["fatal: repository 'http://x/' not found", 'bad_source', 'no git repository'],
  ['fatal: http://x/info/refs not valid: is this a git repository?', 'bad_source', 'no git repository'],
  [
    'error: object 1234: hasDotgit: contains .git\nfatal: fsck error in packed object',
    'bad_source',
    'refuses',
  ],
  [
    "fatal: unable to access 'http://x/': Failed to connect to x port 80",
    'source_unavailable',
    'not be fetched',
  ],
  [
    "fatal: unable to access 'http://x/': The requested URL returned error: 503",
    'source_unavailable',
    'fetched',
  ],
  ['fetch-pack: unexpected disconnect while reading sideband packet', 'source_unavailable', 'fetched'],
])('reads %j as %s', (stderr, code, words) => {
  const error = explainFetch('http://x/', stderr);
  expect(error.code).toBe(code);
  expect(error.message).toContain(words);
});

it.each([
  [
    '@@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @@\nOffending key in /etc/known:1',
    'another host key',
  ],
  ['No ED25519 host key is known for x.\nHost key verification failed.\nfatal: /etc/known', 'has not named'],
  ['WARNING: UNPROTECTED PRIVATE KEY FILE!\nPermissions 0644 for /etc/key', 'DRYDOCK_GIT_SSH_KEY_FILE'],
  [
    'Load key "/etc/key": error in libcrypto\ngit@x: Permission denied (publickey).',
    'DRYDOCK_GIT_SSH_KEY_FILE',
  ],
  ['git@x: Permission denied (publickey).', "operator's key"],
])('says what ssh means by %j, and names no file of the operator', (stderr, words) => {
  const { message } = explainFetch('git@x:a', stderr);
  expect(message).toContain(words);
  expect(message).not.toContain('/etc');
});

it('quotes the line that says something', () => {
  const stderr =
    'ssh: connect to host x port 22: Connection refused\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n';
  expect(explainFetch('git@x:a', stderr)).toMatchObject({
    code: 'source_unavailable',
    message: 'git@x:a could not be fetched. git: ssh: connect to host x port 22: Connection refused',
  });
});

it('quotes a server without its control characters, and not for long', () => {
  const { message } = explainFetch('u', `remote: \u001b[2J${'x'.repeat(1_000)}`);
  expect(message).not.toContain('\u001b');
  expect(message.length).toBeLessThan(400);
});
