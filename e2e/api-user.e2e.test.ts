import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeWith } from '@drydock/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { E2eStack } from './src/e2e-stack.ts';
import { findLeftovers, startE2eStack } from './src/e2e-stack.ts';

const run = promisify(execFile);

describeWith('open checkout', 'an api that was taken over', () => {
  let e2e: E2eStack;
  beforeAll(async () => {
    e2e = await startE2eStack();
  });
  afterAll(async () => {
    const { instanceId } = e2e.stack.data;
    await e2e[Symbol.asyncDispose]();
    expect(await findLeftovers(instanceId)).toEqual([]);
  });

  const idsOf = async (name: 'api' | 'worker') => {
    const status = await readFile(`/proc/${e2e.stack.service(name)?.pid}/status`, 'utf8');
    const line = (field: string): string => new RegExp(`^${field}:[ \\t]*(.*)$`, 'm').exec(status)?.[1] ?? '';
    return { uids: line('Uid').split('\t'), groups: line('Groups').trim(), effective: line('CapEff') };
  };
  /** Whether the api's user can read a file. */
  const reads = async (path: string): Promise<boolean> => {
    const { uids } = await idsOf('api');
    const as = [`--reuid=${uids[0]}`, `--regid=${uids[0]}`, '--clear-groups', 'cat', path];
    return run('setpriv', as).then(
      () => true,
      () => false,
    );
  };

  it('is a user of its own, without groups and capabilities; the worker is root', async () => {
    expect(await idsOf('api')).toEqual({
      uids: ['64510', '64510', '64510', '64510'],
      groups: '',
      effective: '0000000000000000',
    });
    expect((await idsOf('worker')).uids[0]).toBe('0');
  });

  it('reads its own keys, and none of the others', async () => {
    const { data } = e2e.stack;
    expect(await reads(data.apiKeyFile)).toBe(true);
    expect(await reads(data.secretsPublicKeyFile)).toBe(true);
    for (const path of [data.secretsPrivateKeyFile, data.checkpointKeyFile, data.webhookSecretFile]) {
      expect([path, await reads(path)]).toEqual([path, false]);
      expect((await stat(path)).mode & 0o077).toBe(0);
    }
    expect(await reads(`/proc/${e2e.stack.service('worker')?.pid}/environ`)).toBe(false);
  });

  it('cannot put a link in the place of a directory that root writes in, nor change the audit log', async () => {
    const inside = (path: string) => join(e2e.stack.data.root, path);
    const asApi = async (...command: readonly string[]) =>
      run('setpriv', ['--reuid=64510', '--regid=64510', '--clear-groups', ...command]).then(
        () => 'done',
        () => 'refused',
      );
    for (const path of ['artifacts/00', 'artifacts/incoming', 'artifacts/condemned', 'audit/default'])
      expect([path, await asApi('mv', inside(path), inside(`${path}-aside`))]).toEqual([path, 'refused']);
    for (const path of ['artifacts/more', 'audit/more', 'audit/default/more'])
      expect([path, await asApi('ln', '-s', '/', inside(path))]).toEqual([path, 'refused']);
    // It may write where it has to: what is refused above is not the whole directory.
    expect(await asApi('touch', inside('artifacts/incoming/written'))).toBe('done');
  });

  it('serves jobs all the same: what worker and monitor write, it reads', async () => {
    const { id } = await e2e.submit({ model: 'scripted/fix-ts' });
    const { job, patch } = await e2e.finish(id);
    expect(job, job.error?.message).toMatchObject({ status: 'succeeded' });
    expect(patch).not.toBe('');
    for (const { name } of await e2e.client.listArtifacts(id))
      expect((await e2e.client.getArtifact(id, name)).byteLength).toBeGreaterThan(0);
  });
});
