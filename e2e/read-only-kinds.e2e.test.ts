import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { E2eStack } from './src/e2e-stack.ts';
import { startE2eStack } from './src/e2e-stack.ts';

describe('a job that changes no file', () => {
  let e2e: E2eStack;
  beforeAll(async () => {
    // What holds is the kernel, not the tripwire before it.
    e2e = await startE2eStack({ settings: { DRYDOCK_COMMAND_POLICY: 'report_only' } });
  });
  afterAll(() => e2e?.[Symbol.asyncDispose]());

  it.each(['review', 'explain'] as const)(
    '%s: the kernel keeps its workspace as it is to the end',
    async (kind) => {
      const { id } = await e2e.submit({ kind, model: 'scripted/review-ts' });
      const { job, patch, events } = await e2e.finish(id);
      const printed = events.flatMap(({ type, data }) =>
        type === 'command.output_appended' ? [data.text] : [],
      );
      const decisions = events.flatMap(({ type, data }) => (type === 'policy.decided' ? [data] : []));
      expect(decisions.filter(({ verdict }) => verdict === 'deny')).toMatchObject([
        { tool: 'apply_patch', reason: 'read_only_job' },
      ]);
      for (const path of ['REVIEWED', 'README.md', 'made', 'src/matches.ts']) {
        expect(printed.join('')).toMatch(new RegExp(`${path}.*: Read-only file system`));
      }
      expect(job).toMatchObject({
        status: 'succeeded',
        result: { verified: null, patch_bytes: 0, warnings: [] },
      });
      expect(patch).toBe('');
    },
  );
});
