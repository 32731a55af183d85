import type { CommandFinding } from '@drydock/core';
import { resolveDecision } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { findPrivilegedInstruction } from './privileged-instruction.ts';

const FINDING: CommandFinding = {
  rule: 'root',
  class: 'privileged',
  domain: 'privileged',
  argv: [],
  span: { start: 0, end: 1 },
  reason: 'It wants root.',
  alternative: '',
  hosts: [],
};

/** A policy to which `mount` and `sudo` are privileged where they stand first. */
async function find(instruction: string) {
  const read: string[] = [];
  const policy = {
    decide: async ({ cmd }: { cmd: string }, context: Parameters<typeof resolveDecision>[1]) => {
      read.push(cmd);
      return resolveDecision(/^(?:mount|sudo)\b/.test(cmd) ? [FINDING] : [], context);
    },
  };
  const found = await findPrivilegedInstruction(policy, instruction, AbortSignal.timeout(1_000));
  return { found, read };
}

const NAMED = 'The instruction asks for sudo, a privileged command.';
const READ = 'The instruction asks for a privileged command: It wants root.';

describe('an instruction', () => {
  it.each([
    ['use sudo apt install jq', NAMED],
    ['Run "Sudo id".', NAMED.replace('sudo', 'Sudo')],
    ['load it with insmod.', NAMED.replace('sudo', 'insmod')],
    ['use `sudo apt`', READ],
    ['first ``mount /dev/sda /mnt``', READ],
    ['do:\n```sh\nmkdir /mnt\nmount /dev/sda /mnt\n```', READ],
    ['do:\n~~~\nmount -a\n~~~', READ],
    ['$ mount -a', READ],
    ['do:\n```sh\nmou\\\nnt -a\n```', READ],
    ['use su\\\ndo apt install jq', NAMED],
  ])('%j leads to privileged commands', async (instruction, found) => {
    expect((await find(instruction)).found).toBe(found);
  });

  it.each([
    'mount the component when the page loads',
    '# mount the component',
    '> mount the component, they said',
    'fix the `sudo` field, and the `mount` hook',
    'rename `useMount` to `useEffect`',
    'Build the nft marketplace and let users unshare documents',
    'parse pseudo-code and sudoku',
    'do:\n```sh\nnpm test\n```\nthen mount the component',
    '',
  ])('%j does not', async (instruction) => {
    expect((await find(instruction)).found).toBeUndefined();
  });

  it('leads to them where it holds more code than can be looked at', async () => {
    const found = 'The instruction asks for a privileged command: It holds more code than can be looked at.';
    expect(await find(`\`\`\`\n${'a b\n'.repeat(2_001)}\`\`\``)).toEqual({ found, read: [] });
  });

  it('is read where it is set as code, and nowhere else', async () => {
    const { read } = await find(
      'text `one 1` and `two 2`, `word`\n```\nthree\n\n$ four\n```\n$ five\n# Heading\nmore text',
    );
    expect(read).toEqual(['one 1', 'two 2', 'three', 'four', 'five']);
  });
});
