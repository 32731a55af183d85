import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { E2eStack, FinishedJob } from './src/e2e-stack.ts';
import { findLeftovers, startE2eStack } from './src/e2e-stack.ts';

/** A site of this machine, which a gateway reaches only where the operator's rules name it. */
const HOST = '127.0.0.4';
const RULES = `rules:
  - name: the site of this test
    verdict: allow
    hosts: ['${HOST}']
    ports: [80]
    allow_private: true
    allows: ['GET ${HOST}:80']
    denies: ['GET 127.0.0.3:80']
`;
const PAGES: Readonly<Record<string, string>> = {
  '/guide': '<title>The guide</title><h1>Guide</h1><p>See <a href="/next">what is next</a>.</p>',
  '/next': '<p>The second page.</p>',
};

describe("Drydock's own tools", () => {
  const asked: string[] = [];
  const site = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.setHeader('content-type', 'text/html');
    response.end(PAGES[request.url ?? ''] ?? 'nothing');
  });
  let dir: string;
  let e2e: E2eStack;
  let finished: FinishedJob;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'drydock-rules-'));
    await writeFile(join(dir, 'rules.yaml'), RULES);
    site.listen(80, HOST);
    await once(site, 'listening');
    const settings = { DRYDOCK_EGRESS_RULES_FILE: join(dir, 'rules.yaml'), DRYDOCK_WARM_SANDBOXES: '0' };
    e2e = await startE2eStack({ settings });
    const { id } = await e2e.submit({
      kind: 'review',
      model: 'scripted/own-tools-ts',
      tools: ['repo_browser', 'test_runner', 'linter', 'deployment_sandbox', 'web_browser'],
      tool_use_approval: { grants: [{ host: HOST }], privileged: false },
    });
    finished = await e2e.finish(id);
  });
  afterAll(async () => {
    const { instanceId } = e2e.stack.data;
    await e2e[Symbol.asyncDispose]();
    expect(await findLeftovers(instanceId)).toEqual([]);
    await new Promise((resolve) => site.close(resolve));
    await rm(dir, { recursive: true });
  });

  it('all serve one job, and a tool that it does not list does not exist', () => {
    const { job } = finished;
    expect(job, job.error?.message).toMatchObject({ status: 'succeeded', error: null });
  });

  it('reach the site that is granted, through the gateway, and no other', () => {
    expect(asked).toEqual(['GET /guide', 'GET /next']);
    const decided = finished.events.flatMap((event) =>
      event.type === 'egress.decided' ? [`${event.data.verdict} ${event.data.target}`] : [],
    );
    expect(decided).toEqual([
      expect.stringContaining(`allow ${HOST}`),
      expect.stringContaining(`allow ${HOST}`),
      expect.stringContaining('deny 127.0.0.3'),
    ]);
  });

  it('are told of in events, each command with its end', () => {
    const count = (type: string): number => finished.events.filter((event) => event.type === type).length;
    expect(count('command.started')).toBeGreaterThan(8);
    expect(count('command.finished')).toBe(count('command.started'));
  });

  it('leave the log of the tests as an artifact', async () => {
    const bytes = await e2e.client.getArtifact(finished.job.id, 'test-log-1.txt');
    expect(new TextDecoder().decode(bytes)).toMatch(/^\$ npm test\n/);
  });
});
