import { startScriptedModel } from '@drydock/scripted-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { E2eStack, FinishedJob } from './src/e2e-stack.ts';
import { TRANSCRIPT_DIRS, startE2eStack } from './src/e2e-stack.ts';

/** Looks like a key and is nowhere else on this machine. */
const CANARY_KEY = `sk-canary-${'5f1c9d2e'.repeat(4)}`;

describe('a hostile repository that looks for a way out', () => {
  let e2e: E2eStack;
  let finished: FinishedJob;
  let output: string;
  let model: Awaited<ReturnType<typeof startScriptedModel>>;

  beforeAll(async () => {
    model = await startScriptedModel({ transcriptDirs: [...TRANSCRIPT_DIRS], port: 0 });
    // What holds is the container, not the tripwire before it.
    const settings = { DRYDOCK_COMMAND_POLICY: 'report_only' };
    e2e = await startE2eStack({ model: { apiKey: CANARY_KEY, baseUrl: model.url }, settings });
    const { id } = await e2e.submit({ model: 'scripted/hostile-ts' });
    finished = await e2e.finish(id);
    output = finished.events
      .flatMap((event) => (event.type === 'command.output_appended' ? [event.data.text] : []))
      .join('');
  });
  afterAll(async () => {
    await e2e?.[Symbol.asyncDispose]();
    await model?.close();
  });

  it('was really looked around in', () => {
    expect(output).toContain('CapEff:');
    expect(finished.job.status).toBe('succeeded');
  });

  it('never meets the model key, in no environment, event, patch or result', () => {
    expect(JSON.stringify(finished)).not.toContain(CANARY_KEY);
    expect(output).not.toContain('OPENAI_API_KEY');
  });

  it('has no network interface but lo', () => {
    const listed = /^interfaces: (.*)$/m.exec(output)?.[1];
    expect(listed?.trim().split(/\s+/)).toEqual(['lo']);
  });

  it('holds no capability and may gain none', () => {
    const capabilities = [...output.matchAll(/^Cap\w+:\s+([0-9a-f]+)$/gm)].map((match) => match[1]);
    expect(capabilities.length).toBeGreaterThanOrEqual(5);
    expect(new Set(capabilities)).toEqual(new Set(['0000000000000000']));
    expect(output).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(output).toMatch(/^Seccomp:\s+2$/m);
  });

  it('sees no socket of Docker, Redis or anything else of the host', () => {
    expect(output).not.toMatch(/docker\.sock|containerd\.sock|redis\.sock/);
  });
});
