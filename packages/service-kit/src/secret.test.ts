import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from './secret.ts';

describe('Secret', () => {
  const secret = new Secret('sk-canary');

  it('gives its value only when asked to reveal it', () => {
    expect(secret.reveal()).toBe('sk-canary');
  });

  it.each([
    ['String() and templates', String(secret)],
    ['joining', [secret].join(',')],
    ['JSON', JSON.stringify({ secret })],
    ['inspect', inspect({ deep: [secret] }, { showHidden: true })],
    ['format', format('%s %o %j', secret, secret, secret)],
    ['copying', JSON.stringify(Object.assign({}, secret))],
  ])('is not shown by %s', (_where, text) => {
    expect(text).not.toContain('sk-canary');
  });
});
