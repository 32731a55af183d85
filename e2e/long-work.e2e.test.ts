import { TranscriptLine } from '@drydock/contracts';
import type { JobId } from '@drydock/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { E2eStack } from './src/e2e-stack.ts';
import { startE2eStack } from './src/e2e-stack.ts';

describe('long work', () => {
  let e2e: E2eStack;
  beforeAll(async () => {
    e2e = await startE2eStack({
      settings: { DRYDOCK_COMPACT_AT_TOKENS: '12000', DRYDOCK_WARM_SANDBOXES: '0' },
    });
  });
  afterAll(() => e2e[Symbol.asyncDispose]());

  const linesOf = async (id: JobId): Promise<TranscriptLine[]> => {
    const bytes = await e2e.client.getArtifact(id, 'transcript.jsonl');
    const lines = Buffer.from(bytes).toString().trim().split('\n');
    return lines.map((line) => TranscriptLine.parse(JSON.parse(line)));
  };

  it('goes on behind a summary when the conversation gets too long, with plan and commands pinned', async () => {
    const { id } = await e2e.submit({ kind: 'review', model: 'scripted/long-ts' });
    const { job, events } = await e2e.finish(id);
    expect(job, job.error?.message).toMatchObject({ status: 'succeeded' });
    const cut = events.flatMap((event) => (event.type === 'conversation.compacted' ? [event.data] : []));
    expect(cut).toHaveLength(1);
    expect(cut[0]?.after_tokens).toBeLessThan(cut[0]?.before_tokens ?? 0);
    const lines = await linesOf(id);
    const items = lines.flatMap((line) => (line.type === 'compacted' ? line.items : []));
    expect(items.slice(-2)).toMatchObject([
      { role: 'user', text: expect.stringMatching(/- \[ \] Look[^]*- seq 1 12000 → exit 0/) },
      { role: 'user', text: expect.stringContaining('nothing is left to do') },
    ]);
    // All that was said stays in the transcript.
    expect(JSON.stringify(lines)).toContain('11999');
    expect(lines.filter(({ type }) => type === 'turn_ended')).toHaveLength(4);
  });

  it('ends when the model goes in circles, after it was told', async () => {
    const { id } = await e2e.submit({ kind: 'review', model: 'scripted/circles-ts' });
    const { job } = await e2e.finish(id);
    expect(job).toMatchObject({ status: 'failed', error: { code: 'agent_stuck' } });
    expect(JSON.stringify(await linesOf(id))).toContain('You have made this call of exec_command 3 times');
  });
});
