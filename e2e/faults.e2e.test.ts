import { execFileSync } from 'node:child_process';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { E2eStack, FinishedJob } from './src/e2e-stack.ts';
import { makeDirectory } from './src/start-command.ts';
import { useE2eStack } from './src/use-e2e-stack.ts';

const soon = () => AbortSignal.timeout(30_000);
const SHOWN_BYTES = 256 * 1_024;
const LOG_BYTES = 5 * 1_024 * 1_024;
const BOMB_BYTES = 2 ** 28;

describe('a job meets', () => {
  let e2e: E2eStack;
  useE2eStack((started) => (e2e = started));

  const outputOf = ({ events }: FinishedJob): string =>
    events.flatMap((event) => (event.type === 'command.output_appended' ? [event.data.text] : [])).join('');

  async function run(transcript: string): Promise<FinishedJob> {
    const { id } = await e2e.submit({
      kind: 'implement',
      model: `scripted/${transcript}`,
      checks: { test: ['true'], lint: [] },
      limits: { timeout_seconds: 80 },
    });
    const finished = await e2e.finish(id);
    expect(finished.job).toMatchObject({ status: 'succeeded', error: null, result: { verified: true } });
    expect(finished.patch).toContain('+noted');
    return finished;
  }

  it('1 GB of output: head and tail are kept, the rest is counted and gone', async () => {
    const finished = await run('flood-ts');
    expect(outputOf(finished)).toContain('xxxx');
    expect(Buffer.byteLength(outputOf(finished))).toBeLessThan(SHOWN_BYTES);
    const log = await e2e.client.getArtifact(finished.job.id, 'log.txt');
    expect(log.byteLength).toBeLessThan(LOG_BYTES);
  });

  it('a full workspace: the command is told so, and the job goes on', async () => {
    const output = outputOf(await run('full-ts'));
    expect(output).toMatch(/No space left on device|File too large/);
    expect(output).toContain('cleared');
  });

  it('a fork bomb: it is in nobody’s way and dies with its stage', async () => {
    const { job } = await run('fork-bomb-ts');
    expect(job.attempt).toBe(1);
  });

  it('a patch of the model that does not apply: the model is told so, and the job goes on', async () => {
    const { events } = await run('mismatch-ts');
    const changed = events.flatMap((event) => (event.type === 'file.changed' ? [event.data.path] : []));
    expect(changed).toEqual(['NOTE.md']);
  });

  it('a killed Redis that comes back: the job is proven, with one story and one end', async () => {
    const { id } = await e2e.submit({ model: 'scripted/slow-plan-ts' });
    for await (const event of e2e.client.followEvents(id, {}, soon())) {
      if (event.type === 'command.started' && event.data.cmd.includes('sleep')) break;
    }
    e2e.stack.service('redis')?.signal('SIGKILL');
    await e2e.stack.service('redis')?.exited;
    await e2e.stack.restart('redis');
    await e2e.client.cancelJob(id, soon());
    const { job, events } = await e2e.finish(id);
    expect(job.status).toBe('cancelled');
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index + 1));
    expect(events.filter(({ type }) => type === 'job.finished')).toHaveLength(1);
    await run('note-ts');
  });

  /** Archives that are up to something, made in an empty directory. */
  const ARCHIVES: Readonly<Record<string, (dir: string) => Promise<readonly string[]>>> = {
    'an archive that unpacks to a hundred times its size': async (dir) => {
      await writeFile(join(dir, 'zeros'), '');
      await truncate(join(dir, 'zeros'), BOMB_BYTES);
      return ['zeros'];
    },
    'an archive with a path above its root': async (dir) => {
      await mkdir(join(dir, 'in'));
      await writeFile(join(dir, 'escaped'), 'x');
      return ['-P', '--transform=s,^escaped,../escaped,', 'escaped'];
    },
    'an archive with an absolute path': async (dir) => {
      await writeFile(join(dir, 'escaped'), 'x');
      return ['-P', '--transform=s,^escaped,/job/escaped,', 'escaped'];
    },
  };

  it.each(Object.entries(ARCHIVES))('%s: it fails as the source’s fault', async (_name, make) => {
    await using dir = await makeDirectory();
    const members = await make(dir.path);
    const bytes = execFileSync('tar', ['-C', dir.path, '-czf', '-', ...members], { maxBuffer: 1 << 26 });
    const { id: upload_id } = await e2e.client.upload(Uint8Array.from(bytes), 'tar.gz', soon());
    const { id } = await e2e.submit({ source: { type: 'upload', upload_id, ref: 'HEAD' } });
    const { job } = await e2e.finish(id);
    expect(job).toMatchObject({ status: 'failed', error: { code: 'bad_source', blame: 'caller' } });
  });
});
