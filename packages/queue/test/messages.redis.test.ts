import { MAX_JOB_MESSAGES } from '@drydock/contracts';
import type { JobId } from '@drydock/contracts';
import { newMessageId } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import type { QueueFixture } from './queue-fixture.ts';
import { buildCommit } from './queue-fixture.ts';
import { useQueue } from './use-queue.ts';

describeWith('redis', 'messages to a job', () => {
  let fixture: QueueFixture;
  useQueue((own) => (fixture = own));

  const add = (jobId: JobId, text: string, request?: { key: string; digest: string }) =>
    fixture.queue.messages.add(jobId, { id: newMessageId(), text, request });
  const textsOf = async (jobId: JobId, after = 0) =>
    (await fixture.queue.messages.list(jobId, after)).map(({ text }) => text);

  it('are kept in the order they came, in every live state but verifying', async () => {
    const jobId = await fixture.accept();
    await add(jobId, 'queued');
    const lease = await fixture.claim(jobId);
    await add(jobId, 'starting / "quoted" Ümläut \u{1f600}');
    await fixture.store.transition(lease, { from: 'starting', to: 'planning' });
    await add(jobId, 'planning');
    await fixture.store.transition(lease, { from: 'planning', to: 'running' });
    await add(jobId, 'running');
    const said = ['queued', 'starting / "quoted" Ümläut \u{1f600}', 'planning', 'running'];
    expect([await textsOf(jobId), await textsOf(jobId, 3)]).toEqual([said, ['running']]);
    await fixture.store.transition(lease, { from: 'running', to: 'verifying' });
    expect(await add(jobId, 'late')).toEqual({ kind: 'closed', state: 'verifying' });
    await fixture.store.commit(lease, buildCommit());
    expect(await add(jobId, 'later')).toEqual({ kind: 'closed', state: 'succeeded' });
    expect(await textsOf(jobId)).toEqual(said);
  });

  it('are not taken by a job that is to be cancelled, or that is not there', async () => {
    const lease = await fixture.claimed(['planning']);
    await fixture.store.cancel(lease.jobId);
    expect(await add(lease.jobId, 'late')).toEqual({ kind: 'closed', state: 'planning' });
    const gone = await fixture.accept();
    await fixture.raw.del(fixture.keys.job(gone));
    expect(await add(gone, 'hello')).toEqual({ kind: 'not_found' });
  });

  it('are taken once for one key, also when the job is over, and never for another text', async () => {
    const lease = await fixture.claimed(['planning']);
    const request = { key: 'k', digest: 'd' };
    const first = await add(lease.jobId, 'once', request);
    await fixture.store.commit(lease, buildCommit('failed'));
    const again = await add(lease.jobId, 'once', request);
    expect([first.kind, again]).toEqual(['added', { ...first, kind: 'replayed' }]);
    await expect(add(lease.jobId, 'twice', { key: 'k', digest: 'e' })).rejects.toMatchObject({
      code: 'idempotency_mismatch',
    });
    expect(await textsOf(lease.jobId)).toEqual(['once']);
  });

  it('are as many as a job may have, and no more', async () => {
    const jobId = await fixture.accept();
    const answers = await Promise.all(
      Array.from({ length: MAX_JOB_MESSAGES + 1 }, (_, at) => add(jobId, `${at}`)),
    );
    expect(answers.filter(({ kind }) => kind === 'added')).toHaveLength(MAX_JOB_MESSAGES);
    expect(answers.at(-1)).toEqual({ kind: 'too_many' });
    expect(await textsOf(jobId)).toHaveLength(MAX_JOB_MESSAGES);
    expect(await textsOf(jobId, MAX_JOB_MESSAGES)).toEqual([]);
  });

  it('are refused once the attempt has closed, which it cannot while one waits; the next attempt hears again', async () => {
    const lease = await fixture.claimed(['planning']);
    const { messages } = fixture.queue;
    await add(lease.jobId, 'a');
    expect(await messages.close(lease, 0)).toBe('waiting');
    expect((await add(lease.jobId, 'b')).kind).toBe('added');
    expect(await messages.close(lease, 2)).toBe('closed');
    expect(await add(lease.jobId, 'c')).toEqual({ kind: 'closed', state: 'planning' });
    await fixture.outliveLease(lease);
    await fixture.queue.sweeper.expireLeases();
    await expect(messages.close(lease, 2)).rejects.toMatchObject({ code: 'lease_lost' });
    await fixture.claim(lease.jobId);
    expect((await add(lease.jobId, 'd')).kind).toBe('added');
  });

  it('are put on record without their text, and go with their job', async () => {
    const lease = await fixture.claimed(['planning']);
    await add(lease.jobId, 'canary-text', { key: 'canary-key', digest: 'd' });
    await fixture.queue.audit.link();
    const audit = await fixture.queue.audit.read(0, 100);
    expect(audit.find(({ action }) => action === 'job.messaged')).toMatchObject({
      actor: { type: 'caller' },
      subject: { job_id: lease.jobId },
      data: { bytes: 11 },
    });
    expect(JSON.stringify(audit)).not.toContain('canary');
    await fixture.store.commit(lease, buildCommit('failed'));
    await fixture.queue.archive.remove(lease.jobId);
    expect(await fixture.raw.keys(`*${lease.jobId}*`)).toEqual([]);
  });
});
