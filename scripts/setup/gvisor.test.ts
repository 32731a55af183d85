import { describe, expect, it } from 'vitest';
import { addRuntime, nameRuntime } from './gvisor.mjs';

const RUNTIME = { path: '/usr/bin/runsc', runtimeArgs: ['--network=none'] };

describe('addRuntime', () => {
  it('keeps everything else that an engine is configured with', () => {
    const text = JSON.stringify({ 'log-level': 'warn', runtimes: { kata: { path: '/k' } } });
    expect(JSON.parse(addRuntime(text, 'runsc', RUNTIME) ?? '')).toEqual({
      'log-level': 'warn',
      runtimes: { kata: { path: '/k' }, runsc: RUNTIME },
    });
  });

  it('replaces what an earlier setup registered', () => {
    const old = { path: '/usr/bin/runsc', runtimeArgs: ['--network=none', '--dcache=0'] };
    const text = JSON.stringify({ runtimes: { runsc: old } });
    expect(JSON.parse(addRuntime(text, 'runsc', RUNTIME) ?? '')).toEqual({ runtimes: { runsc: RUNTIME } });
  });

  it.each(['not json', '[]', 'null', '{"runtimes": {"runsc": {"path": "/own"}}}'])(
    'leaves %s alone',
    (text) => {
      expect(addRuntime(text, 'runsc', RUNTIME)).toBeUndefined();
    },
  );
});

it('gives a runsc of the user a name of its own', () => {
  expect([nameRuntime(undefined), nameRuntime('/opt/runsc')]).toEqual(['runsc', 'runsc-386db82b']);
});
