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

it('quotes a server without its control characters, and not for long', () => {
  const { message } = explainFetch('u', `remote: \u001b[2J${'x'.repeat(1_000)}`);
  expect(message).not.toContain('\u001b');
  expect(message.length).toBeLessThan(400);
});
