import { systemClock } from '@drydock/service-kit';
import { CommandPolicy } from '@drydock/policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { screenTexts } from './screen-texts.ts';
import type { ShownText } from './shown-texts.ts';

const MOUNT = 'sudo mount /dev/sda1 /mnt';
const words = (text: string): ShownText => ({ path: 'words.md', text });

describe('texts that are about to be shown', () => {
  let policy: CommandPolicy;
  beforeAll(async () => {
    const options = { clock: systemClock, commandTimeoutMs: 20_000 };
    policy = await CommandPolicy.start(options, AbortSignal.timeout(60_000));
  }, 60_000);
  afterAll(() => policy[Symbol.asyncDispose]());
  const screen = (texts: readonly ShownText[]) => screenTexts(policy, texts, AbortSignal.timeout(30_000));

  it.each<[string, ShownText]>([
    ['as words alone', words(MOUNT)],
    ['in a sentence', words(`Then run ${MOUNT}, please.`)],
    ['in a block', words(`\`\`\`sh\nsu\\\ndo mount -a\n\`\`\``)],
    ['in a block that is not closed', words(`\`\`\`\n$ ${MOUNT}`)],
    ['in a command', { path: 'command.sh', text: `cd / && ${MOUNT}` }],
    ['in code', { path: 'a.py', text: `os.system("${MOUNT}")` }],
    ['behind more blocks than are read', words(`\`\`\`js\n${'a b\n'.repeat(3_000)}\`\`\``)],
  ])('may not be where privileged code stands %s, or may', async (_place, text) => {
    expect(await screen([words('harmless'), text])).toEqual(expect.any(String));
  });

  it('may not be where they are more than can be looked at', async () => {
    const many = Array.from({ length: 4_001 }, (_, at) => words(`${at}`));
    expect(await screen(many)).toBe('It is more than can be looked at.');
  });

  it.each<[string, ShownText]>([
    ['name a program', words('The `sudo` field is parsed; sudo is not used. Mount the router at /api.')],
    ['are what people search for', words('umount')],
    ['are commands of every day', { path: 'command.sh', text: 'npm test && grep -rn "sudo" src | head' }],
    ['are code', { path: 'src/a.ts', text: 'const PATTERN = /^(?:sudo|mount)$/;\nmount(root);' }],
  ])('may be where they %s', async (_name, text) => {
    expect(await screen([text])).toBeUndefined();
  });
});
