import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startScriptedModel } from '../src/index.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const GOOD = { name: 'demo', steps: [{ reply: [{ text: 'Hello.' }] }] };

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drydock-transcripts-'));
});
afterEach(() => rm(directory, { recursive: true }));

const write = (name: string, json: unknown) =>
  writeFile(
    join(directory, `${name}.transcript.json`),
    typeof json === 'string' ? json : JSON.stringify(json),
  );

const start = (...transcriptDirs: readonly string[]) => startScriptedModel({ transcriptDirs, port: 0 });

describe('a start', () => {
  test('is refused for a misspelt field, naming file and place', async () => {
    await write('good', GOOD);
    await write('bad', {
      name: 'bad',
      steps: [...GOOD.steps, { expect: { tool_includes: [] }, ...GOOD.steps[0] }],
    });
    await expect(start(directory)).rejects.toThrow(/bad\.transcript\.json.*steps\[1\]/s);
  });

  test('is refused for a file that is not JSON', async () => {
    await write('bad', '{ "name": ');
    await expect(start(directory)).rejects.toThrow(/bad\.transcript\.json.*JSON/s);
  });

  test('is refused for two transcripts of one name', async () => {
    await write('a', GOOD);
    await write('b', GOOD);
    await expect(start(directory)).rejects.toThrow(/b\.transcript\.json.*"demo" is the name of another/s);
  });

  test('is refused for a directory that is not there', async () => {
    await expect(start(join(directory, 'none'))).rejects.toThrow(/none.*cannot be read/s);
  });
});

describe('the process', () => {
  const run = (env: Record<string, string>) => spawn(process.execPath, [MAIN], { env, stdio: 'pipe' });

  test('announces its address and ends with its standard input', async () => {
    await write('demo', GOOD);
    const child = run({ DRYDOCK_SCRIPTED_MODEL_TRANSCRIPTS: directory, DRYDOCK_EXIT_ON_STDIN_EOF: '1' });
    const exited = once(child, 'exit');
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    const announced = JSON.parse(line) as { event: string; url: string };
    expect(announced).toMatchObject({ event: 'scripted_model.listening', models: ['scripted/demo'] });
    expect((await fetch(`${announced.url}/models`)).status).toBe(200);
    child.stdin.end();
    expect(await exited).toEqual([0, null]);
  });

  test('ends with SIGTERM', async () => {
    const child = run({});
    const exited = once(child, 'exit');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });

  test('exits with 78 and the name of a transcript that cannot be played', async () => {
    await write('bad', { name: 'bad' });
    const child = run({ DRYDOCK_SCRIPTED_MODEL_TRANSCRIPTS: directory });
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect(code).toBe(78);
    expect(said).toContain('bad.transcript.json');
  });
});
