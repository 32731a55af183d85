import { JobSource } from '@drydock/contracts';
import { expect, it } from 'vitest';
import { parseSource } from './parse-source.ts';

const parse = (source: object, hasSsh = false) => parseSource(JobSource.parse(source), { hasSsh });

it('keeps the canonical spelling of a URL, and HEAD where no ref is given', () => {
  expect(parse({ type: 'git', url: 'HTTPS://Git.Example:443/a' })).toEqual({
    kind: 'parsed',
    source: { type: 'git', url: 'https://git.example/a', ref: 'HEAD' },
  });
});

it('points at every part that is wrong', () => {
  expect(parse({ type: 'git', url: 'https://user:pw@git.example/a', ref: '--upload-pack=x' })).toEqual({
    kind: 'refused',
    errors: [
      { pointer: '/source/url', detail: 'It carries credentials.' },
      { pointer: '/source/ref', detail: 'The ref starts with `-`.' },
    ],
  });
  expect(parse({ type: 'upload', upload_id: 'upl_01K0000000000000000000000A', ref: 'a..b' })).toMatchObject({
    kind: 'refused',
    errors: [{ pointer: '/source/ref' }],
  });
});

it('takes ssh only where the operator turned it on, and says who does', () => {
  const source = { type: 'git', url: 'git@Git.Example:a/b', ref: 'main' };
  expect(parse(source, true)).toEqual({
    kind: 'parsed',
    source: { type: 'git', url: 'git@git.example:a/b', ref: 'main' },
  });
  expect(parse(source)).toEqual({
    kind: 'refused',
    errors: [
      { pointer: '/source/url', detail: expect.stringMatching(/the operator .* DRYDOCK_GIT_SSH_KEY_FILE/) },
    ],
  });
});
