import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { parseConfig, secretText } from './parse-config.ts';
import type { Secret } from './secret.ts';

const Schema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080).describe('a port number from 0 to 65535'),
  KEY: secretText(16).describe('a key of at least 16 characters'),
  ADDRESS: z.string().describe('an address'),
});

const files: Record<string, string> = { '/run/key': 'file-key-0123456789\n' };
const readFile = (path: string) => {
  const text = files[path];
  if (text === undefined) throw new Error('ENOENT');
  return text;
};

function problemsOf(env: Record<string, string>): readonly unknown[] {
  try {
    parseConfig(Schema, env, readFile);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('parseConfig', () => {
  it('fills in defaults, wraps secrets and freezes what it gives', () => {
    const config = parseConfig(Schema, { KEY: '0123456789abcdef', ADDRESS: 'here', OTHER: 'x' });
    expect({ ...config, KEY: config.KEY.reveal() }).toEqual({
      PORT: 8080,
      KEY: '0123456789abcdef',
      ADDRESS: 'here',
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('reads a variable from the file that its _FILE variant names, without the final newline', () => {
    const key: Secret = parseConfig(Schema, { KEY_FILE: '/run/key', ADDRESS: 'here' }, readFile).KEY;
    expect(key.reveal()).toBe('file-key-0123456789');
  });

  it('takes an empty variable as absent', () => {
    expect(problemsOf({ KEY: '0123456789abcdef', ADDRESS: 'x', PORT: '' })).toEqual([]);
  });

  it('lists every bad variable with what to set, and never its value', () => {
    const problems = problemsOf({ PORT: '99999', KEY: 'short-canary' });
    expect(problems).toEqual([
      {
        variable: 'PORT',
        problem:
          'has a wrong value (Too big: expected number to be <=65535); set it to a port number from 0 to 65535.',
      },
      {
        variable: 'KEY',
        problem:
          'has a wrong value (Too small: expected string to have >=16 characters); set it to a key of at least 16 characters.',
      },
      { variable: 'ADDRESS', problem: 'is not set; set it to an address.' },
    ]);
    expect(JSON.stringify(problems)).not.toContain('canary');
  });

  it('refuses a variable that is set twice and a file that cannot be read', () => {
    expect(problemsOf({ KEY: '0123456789abcdef', KEY_FILE: '/run/key', ADDRESS: 'x' })).toEqual([
      { variable: 'KEY', problem: 'is set twice; unset it or KEY_FILE.' },
    ]);
    expect(problemsOf({ KEY_FILE: '/nowhere', ADDRESS: 'x' })).toEqual([
      {
        variable: 'KEY_FILE',
        problem: 'names a file that cannot be read; set the path of a readable file.',
      },
    ]);
  });
});
