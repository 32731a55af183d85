import { JobJson, JobRecord } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { toJobJson } from './job-json.ts';

const id = 'job_01K0000000000000000000000A';
const RECORD = JobRecord.parse({
  id,
  state: 'queued',
  spec: {
    kind: 'fix',
    instruction: 'canary instruction',
    system_prompt: 'canary prompt',
    source: { type: 'files', digest: 'a'.repeat(64), bytes: 1, files: 1 },
    labels: { team: 'core' },
    limits: {
      timeout_seconds: 900,
      memory_mb: 1_536,
      cpus: 1,
      disk_mb: 512,
      max_turns: 60,
      max_tokens_total: 2_000_000,
    },
  },
  fence: 7,
  attempt: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
  startedAt: null,
  finishedAt: null,
  deadlineAt: null,
  result: null,
  error: null,
  artifacts: { 'patch.diff': 'b'.repeat(64) },
});

describe('toJobJson', () => {
  it('gives the job of the contract', () => {
    const json = toJobJson(RECORD);
    expect(JobJson.strict().parse(json)).toEqual(json);
    expect(json).toMatchObject({
      id,
      object: 'job',
      tier: 'standard',
      previous_job_id: null,
      status: 'queued',
      labels: { team: 'core' },
      links: {
        self: `/v1/jobs/${id}`,
        events: `/v1/jobs/${id}/events`,
        patch: `/v1/jobs/${id}/patch`,
        artifacts: `/v1/jobs/${id}/artifacts`,
        cancel: `/v1/jobs/${id}/cancel`,
      },
    });
  });

  it('gives nothing of the inside: no fence, digest, instruction or prompt', () => {
    expect(JSON.stringify(toJobJson(RECORD))).not.toMatch(/canary|fence|digest|[ab]{64}/);
  });
});
