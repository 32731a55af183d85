import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { E2eStack } from './src/e2e-stack.ts';
import { startE2eStack } from './src/e2e-stack.ts';

const WAIT_MS = 10_000;

describe('the tools of code_interpreter', () => {
  let e2e: E2eStack;
  beforeAll(async () => {
    e2e = await startE2eStack();
  });
  afterAll(() => e2e?.[Symbol.asyncDispose]());

  it('answer whatever a model sends so that it can repair it, and do what it then asks for', async () => {
    // What the model must be shown stands in the transcript of the scripted model: it departs from nothing.
    const { id } = await e2e.submit({ model: 'scripted/tools-ts' });
    const { job, events, patch } = await e2e.finish(id);
    expect(job).toMatchObject({ status: 'succeeded', error: null, result: { summary: 'Left a note.' } });
    expect(patch).toMatch(/^diff --git a\/docs\/deep\/NOTE\.md b\/docs\/deep\/NOTE\.md\n/);
    expect(patch).not.toContain('dot.png');
    const changes = events.flatMap(({ type, data }) => (type === 'file.changed' ? [data] : []));
    expect(changes).toEqual([{ path: 'docs/deep/NOTE.md', kind: 'added' }]);
    const ids = events.flatMap(({ type, data }) => (type === 'command.started' ? [data.call_id] : []));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(2);
  });

  it('leave an image in the transcript as its size and digest', async () => {
    const { id } = await e2e.submit({ model: 'scripted/tools-ts' });
    await e2e.finish(id);
    const bytes = await e2e.client.getArtifact(id, 'transcript.jsonl', AbortSignal.timeout(WAIT_MS));
    const lines = Buffer.from(bytes).toString();
    expect(lines).toMatch(/"image":\{"mediaType":"image\/png","bytes":70,"sha256":"[0-9a-f]{64}"\}/);
    expect(lines).toContain('seq 1 100000');
  });
});
