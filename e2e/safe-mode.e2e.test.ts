import { setTimeout as sleep } from 'node:timers/promises';
import type { JobId, JobRequest } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import type { E2eStack } from './src/e2e-stack.ts';
import { startE2eStack } from './src/e2e-stack.ts';
import { useE2eStack } from './src/use-e2e-stack.ts';

/** Another runtime by name, as an operator may choose: this promise is not the kernel's. */
const SETTINGS = { DRYDOCK_HIGH_TIER_RUNTIME: 'runc' };
const WRITTEN = /The model wrote a privileged command/;
const TOOLS: JobRequest['tools'] = ['code_interpreter', 'repo_browser', 'test_runner'];
const HIGH = { kind: 'implement', tier: 'high' } as const;

/** All that a client may read of a job now. */
async function readAll({ client }: E2eStack, id: JobId): Promise<string[]> {
  const artifacts = await client.listArtifacts(id);
  const approvals = await client.listPendingApprovals();
  const bytes = await Promise.all(artifacts.map(({ name }) => client.getArtifact(id, name)));
  return [
    JSON.stringify([await client.getJob(id), artifacts, approvals]),
    ...bytes.map((one) => Buffer.from(one).toString()),
  ];
}

describe('tier high', () => {
  let e2e: E2eStack;
  useE2eStack(
    (started) => (e2e = started),
    () => ({ settings: SETTINGS }),
  );

  it.each([
    ['a command', { model: 'scripted/privileged-ts' }, 'exec_command'],
    ['generated code', { model: 'scripted/privileged-code-ts' }, 'apply_patch'],
  ])('ends in safe mode at privileged %s: a warning in the place of code', async (_name, change, tool) => {
    const { id } = await e2e.submit({ ...HIGH, ...change });
    const { job, events, patch } = await e2e.finish(id);
    expect(job).toMatchObject({
      status: 'safe_mode',
      tier: 'high',
      error: { code: 'safe_mode', blame: 'caller' },
      result: { verified: false, patch_bytes: 0, runtime: 'runc' },
    });
    expect(job.result?.warnings.map(({ code }) => code)).toContain('safe_mode');
    expect(patch).toBe('');
    const decided = events.flatMap((event) => (event.type === 'policy.decided' ? [event.data] : []));
    expect(decided.at(-1)).toMatchObject({ tool, verdict: 'safe_mode' });
    expect(events.map(({ type }) => type)).not.toContain('command.started');
    expect(events.map(({ type }) => type)).not.toContain('file.changed');
  });

  it.each([
    [
      'hides from the policy as it is written',
      'privileged-hidden-ts',
      /deploy\.sh:1, rule privileged_command/,
    ],
    ['stands in a here document', 'privileged-heredoc-ts', /deploy\.sh:2, rule privileged_command/],
    ['stands in a patch', 'privileged-code-ts', /deploy\.sh:2, rule privileged_command/],
    ['is told in words', 'privileged-words-ts', WRITTEN],
    ['stands in a patch that is refused', 'unsafe-refused-patch-ts', WRITTEN],
    ['stands in arguments that are none', 'unsafe-bad-arguments-ts', WRITTEN],
    ['stands in a patch in the place of a command', 'unsafe-bare-patch-ts', WRITTEN],
    ['is asked of a tool that there is not', 'unsafe-unknown-tool-ts', WRITTEN],
    ['is searched for', 'unsafe-search-ts', WRITTEN],
    ['is planned', 'unsafe-plan-ts', WRITTEN],
    ['is thought of', 'unsafe-reasoning-ts', WRITTEN],
    ['is split over two lines', 'unsafe-split-words-ts', WRITTEN],
    [
      'is asked for behind a run of the tests',
      'unsafe-test-log-ts',
      /rule (?:become_other_user|mount_file_system)/,
    ],
  ])('shows no client the code that %s, while the job runs or after', async (_name, model, warning) => {
    const { id } = await e2e.submit({ ...HIGH, tools: TOOLS, model: `scripted/${model}` });
    const seen = new Set<string>();
    const watching = new AbortController();
    const watch = (async () => {
      while (!watching.signal.aborted) {
        for (const text of await readAll(e2e, id)) seen.add(text);
        await sleep(50);
      }
    })();
    const { job, events } = await e2e.finish(id);
    watching.abort();
    await watch;
    for (const text of await readAll(e2e, id)) seen.add(text);
    expect(job).toMatchObject({ status: 'safe_mode', result: { patch_bytes: 0 } });
    expect(job.result?.warnings.find(({ code }) => code === 'safe_mode')?.message).toMatch(warning);
    expect([...seen, JSON.stringify([job, events])].filter((text) => text.includes('unsafe-canary'))).toEqual(
      [],
    );
    const transcript = Buffer.from(await e2e.client.getArtifact(id, 'transcript.jsonl')).toString();
    expect(transcript).toMatch(warning);
    expect(transcript).toContain('[withheld: ');
    expect([...seen].filter((text) => text.includes('test-log-1.txt'))).toEqual([]);
  });

  it('asks nobody about a plan that holds code', async () => {
    const { id } = await e2e.submit({ ...HIGH, plan_approval: true, model: 'scripted/unsafe-plan-ts' });
    const { job, events } = await e2e.finish(id);
    expect(job).toMatchObject({ status: 'safe_mode', result: { plan: null } });
    expect(events.map(({ type }) => type)).not.toContain('approval.requested');
    expect([...(await readAll(e2e, id)), JSON.stringify(events)].join('')).not.toContain('unsafe-canary');
  });

  it('shows all of a job that wrote nothing of the kind, the logs of its tests with it', async () => {
    const { id } = await e2e.submit({ ...HIGH, kind: 'review', tools: TOOLS, model: 'scripted/harmless-ts' });
    const { job } = await e2e.finish(id);
    expect(job, JSON.stringify(job.result?.warnings)).toMatchObject({ status: 'succeeded' });
    const names = (await e2e.client.listArtifacts(id)).map(({ name }) => name);
    expect(names).toContain('test-log-1.txt');
    const transcript = Buffer.from(await e2e.client.getArtifact(id, 'transcript.jsonl')).toString();
    expect(transcript).not.toContain('[withheld: ');
  });

  it('does not begin with an instruction that asks for it', async () => {
    const { id } = await e2e.submit({ ...HIGH, instruction: 'Run `sudo mount /dev/sda1 /mnt` first.' });
    const { job, events } = await e2e.finish(id);
    expect(job).toMatchObject({ status: 'safe_mode', error: { code: 'safe_mode' } });
    expect(events.map(({ type }) => type)).not.toContain('usage.charged');
  });

  it('goes on where the caller has said that it is meant; the container refuses it all the same', async () => {
    const { id } = await e2e.submit({
      ...HIGH,
      model: 'scripted/privileged-ts',
      tool_use_approval: { grants: [], privileged: true },
    });
    const { job, events } = await e2e.finish(id);
    expect(job, job.error?.message).toMatchObject({ status: 'succeeded' });
    const ended = events.flatMap((event) =>
      event.type === 'command.finished' ? [event.data.exit_code] : [],
    );
    expect(ended[0]).not.toBe(0);
  });

  it('cannot be continued: only a new job goes on', async () => {
    const { id } = await e2e.submit({ ...HIGH, model: 'scripted/privileged-ts' });
    await e2e.finish(id);
    await expect(e2e.client.continueJob(id)).rejects.toMatchObject({ status: 409 });
  });

  it('starts no container without its runtime, and says what is missing', async () => {
    const settings = { DRYDOCK_HIGH_TIER_RUNTIME: 'drydock-no-such-runtime' };
    await using other = await startE2eStack({ settings });
    const { id } = await other.submit({ ...HIGH, model: 'scripted/privileged-ts' });
    const { job, events } = await other.finish(id);
    expect(job).toMatchObject({ status: 'failed', error: { code: 'tier_unavailable' } });
    expect(events.map(({ type }) => type)).not.toContain('usage.charged');
  });
});
