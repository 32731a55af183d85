import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assertEngine } from '../src/assert-engine.ts';
import { explainFailure } from '../src/start-error.ts';

describe('assertEngine', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'drydock-assert-engine-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it.each([
    [200, undefined],
    [500, 78],
  ])('an engine that answers with %i: exit code %s', async (status, exitCode) => {
    const socketPath = join(dir, 'engine.sock');
    const server = createServer((_request, response) => void response.writeHead(status).end('OK'));
    await once(server.listen(socketPath), 'listening');
    const failure = await assertEngine(socketPath).then(() => undefined, explainFailure);
    expect(failure?.exitCode).toBe(exitCode);
    server.closeAllConnections();
    server.close();
  });

  it('no engine is exit code 78, with what to do', async () => {
    const failure = await assertEngine(join(dir, 'absent.sock')).then(() => undefined, explainFailure);
    expect(failure).toEqual({
      exitCode: 78,
      text: `drydock: Docker Engine does not answer at ${dir}/absent.sock. Start it, or run: npm run setup\n`,
    });
  });
});
