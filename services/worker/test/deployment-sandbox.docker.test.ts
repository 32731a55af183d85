import { describeWith } from '@drydock/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { ToolJob } from './tool-world.ts';
import { ToolWorld, filesOf } from './tool-world.ts';

const SERVER = `import { createServer } from 'node:http';
console.log('starting');
createServer((request, response) => {
  console.log(request.method + ' ' + request.url);
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    response.setHeader('x-said', request.headers['x-say'] ?? 'nothing');
    if (request.url === '/moved') response.writeHead(302, { location: 'http://192.0.2.1/' });
    response.end('you sent ' + JSON.stringify(body));
  });
}).listen(8080, '127.0.0.1', () => console.log('listening'));
`;
const STUBBORN = `process.on('SIGINT', () => console.log('no'));\n${SERVER}`;
const START = { cmd: 'node server.mjs', port: 8080 };

describeWith('docker', 'the deployment_sandbox of a job', () => {
  let world: ToolWorld;
  let job: ToolJob | undefined;
  const open = async (spec: Parameters<ToolWorld['start']>[2] = {}): Promise<ToolJob> => {
    const files = { 'server.mjs': SERVER, 'stubborn.mjs': STUBBORN };
    return (job = await world.start(['deployment_sandbox'], filesOf(files), spec));
  };

  beforeAll(async () => {
    world = await ToolWorld.open();
  });
  afterEach(async () => {
    await job?.[Symbol.asyncDispose]();
    job = undefined;
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it('starts a server, talks to it, reads what it printed, and stops it', async () => {
    const { ask, events } = await open();
    expect(await ask('server_start', { ...START, ready_path: '/', ready_log: 'listening' })).toBe(
      'Server 1 is ready on 127.0.0.1:8080 (GET /: HTTP 200).',
    );
    const probe = { port: 8080, path: '/x?y=1', method: 'POST', headers: { 'X-Say': 'hi' }, body: '{}' };
    const answer = await ask('server_probe', probe);
    expect(answer).toMatch(/^HTTP 200 in \d+ ms, 13 bytes\n/);
    expect(answer).toMatch(/\nx-said: hi\n/);
    expect(answer).toMatch(/\n\nyou sent "\{\}"$/);
    // Shown, not followed: nothing is to leave the sandbox by itself.
    expect(await ask('server_probe', { port: 8080, path: '/moved' })).toMatch(/^HTTP 302 [^]*192\.0\.2\.1/);
    expect(await ask('server_log', { server: 1, start: 1 })).toMatch(
      /^Server 1 is running\.\nLines 1 to 5 of 5\.\nstarting\nlistening\nGET \/\nPOST \/x\?y=1\nGET \/moved$/,
    );
    expect(await ask('server_stop', { server: 1 })).toMatch(/^Server 1 ended with SIGINT after /);
    expect(await ask('server_log', { server: 1 })).toContain('POST /x?y=1');
    const types = events.map(({ type }) => type);
    expect(types.filter((type) => type === 'command.started')).toHaveLength(4);
    expect(types.filter((type) => type === 'command.finished')).toHaveLength(4);
  });

  it('kills a server that does not mind being interrupted', async () => {
    const { ask, run } = await open();
    await ask('server_start', { cmd: 'node stubborn.mjs', port: 8080 });
    expect(await ask('server_stop', { server: 1 })).toMatch(/^Server 1 ended with SIGKILL/);
    expect(await run('pgrep -c node || true')).not.toMatch(/stubborn/);
    expect(await ask('server_log', { server: 1 })).toContain('\nno');
  });

  it('tells of a server that does not come up what it said', async () => {
    const { ask } = await open();
    expect(await ask('server_start', { cmd: 'echo no such thing; exit 3', port: 8080 })).toMatch(
      /^It did not stay up\.\nServer 1 ended with 3 after .*\n.*\nno such thing$/,
    );
    expect(await ask('server_start', { cmd: 'sleep 0.5; exit 4', port: 8080 })).toMatch(/ended with 4/);
    expect(await ask('server_start', { cmd: 'sleep 60', port: 8080, timeout_seconds: 1 })).toMatch(
      /^Not ready in time: connect ECONNREFUSED/,
    );
  });

  it('runs four at a time, and none beyond the stage that started them', async () => {
    const { ask, call, toolbox, events } = await open();
    for (let port = 9_001; port <= 9_004; port += 1)
      await ask('server_start', { cmd: 'sleep 60', port, timeout_seconds: 1 });
    expect(await call('server_start', START)).toEqual({
      kind: 'refused',
      reason: 'too_many',
      message: 'Servers 1, 2, 3, 4 are running: stop one first.',
    });
    await call('submit_plan', { steps: ['x'], files: [], checks: [], risks: [] });
    await expect.poll(() => events.filter(({ type }) => type === 'command.finished').length).toBe(8);
    expect(await ask('server_log', { server: 4 })).toMatch(/^Server 4 ended with SIGKILL/);
    expect(await ask('server_start', START)).toContain('is ready');
    expect([toolbox.takeMayHaveWritten(), toolbox.takeMayHaveWritten()]).toEqual([true, true]);
  });

  it('passes the gate, and probes nothing but servers', async () => {
    const { call } = await open();
    expect(await call('server_start', { cmd: 'curl https://example.test/', port: 8080 })).toMatchObject({
      reason: 'approval_required',
    });
    expect(await call('server_probe', { port: 3128 })).toMatchObject({ reason: 'not_a_server' });
    expect(await call('server_probe', { port: 8080 })).toMatchObject({
      message: '127.0.0.1:8080: connect ECONNREFUSED 127.0.0.1:8080',
    });
    expect(await call('server_stop', { server: 9 })).toMatchObject({ reason: 'no_server' });
  });

  it('has no background in tier high', async () => {
    const { call } = await open({ tier: 'high' });
    expect(await call('server_start', START)).toMatchObject({ reason: 'no_background' });
  });
});
