import { describe, expect, test } from 'vitest';
import { findShell } from './shell.ts';

describe('findShell', () => {
  test.each([
    ['bash and cat', ['/bin/bash', '/bin/sh', '/usr/bin/cat'], 'bash', /cat/],
    ['bash alone', ['/bin/bash'], 'bash', /^exec "\$@" 2>&1$/],
    ['only sh', ['/bin/sh', '/bin/cat'], 'sh', /^exec "\$@" 2>&1$/],
  ])('takes what an image with %s has', (_, files, name, joiner) => {
    const shell = findShell((path) => files.includes(path));
    expect(shell).toMatchObject({ name, file: `/bin/${name}` });
    expect(shell?.joiner).toMatch(joiner);
  });

  test('finds none in an image without one', () => {
    expect(findShell(() => false)).toBeUndefined();
  });
});
