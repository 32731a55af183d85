import type { JobJson, JobRecord } from '@drydock/contracts';
import { decideContinuation, isTerminal } from '@drydock/core';

/** The job as callers see it: without fence, deadline, instruction, prompt or digests. */
export function toJobJson(job: JobRecord): JobJson {
  const self = `/v1/jobs/${job.id}`;
  const threadId = job.spec.thread_id ?? job.id;
  const canBeWrittenTo =
    !isTerminal(job.state) && job.state !== 'verifying' && job.spec.replay_of === undefined;
  return {
    id: job.id,
    object: 'job',
    status: job.state,
    kind: job.spec.kind,
    tier: job.spec.tier,
    model: job.spec.model,
    previous_job_id: job.spec.previous_job_id ?? null,
    ...(job.spec.replay_of === undefined ? {} : { replay_of: job.spec.replay_of }),
    thread_id: threadId,
    attempt: job.attempt,
    created_at: job.createdAt,
    started_at: job.startedAt,
    finished_at: job.finishedAt,
    labels: job.spec.labels,
    limits: job.spec.limits,
    result: job.result,
    error: job.error,
    links: {
      self,
      events: `${self}/events`,
      patch: `${self}/patch`,
      artifacts: `${self}/artifacts`,
      cancel: `${self}/cancel`,
      ...(decideContinuation(job).kind === 'allowed' ? { continue: `${self}/continue` } : {}),
      approvals: `${self}/approvals`,
      thread: `/v1/jobs?thread=${threadId}`,
      ...(canBeWrittenTo ? { messages: `${self}/messages` } : {}),
    },
  };
}
