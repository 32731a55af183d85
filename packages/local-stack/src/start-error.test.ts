import { ConfigError } from '@drydock/service-kit';
import { expect, test } from 'vitest';
import { StartError, explainFailure, joinStartErrors } from './start-error.ts';
import { Stopped } from './stop-signal.ts';

const wrongPort = new ConfigError([{ variable: 'DRYDOCK_API_PORT', problem: 'names port 80; set another.' }]);

test.each([
  [wrongPort, 78, 'drydock cannot start:\n  DRYDOCK_API_PORT names port 80; set another.\n'],
  [new StartError('Run: npm run setup'), 78, 'drydock: Run: npm run setup\n'],
  [new StartError('worker ended by SIGKILL', { exitCode: 1 }), 1, 'drydock: worker ended by SIGKILL\n'],
  [new Stopped('SIGINT'), 1, 'drydock: stopped by SIGINT\n'],
  ['nobody knows', 1, 'drydock: nobody knows\n'],
])('%s exits with %i and is said in words', (error, exitCode, text) => {
  expect(explainFailure(error)).toEqual({ exitCode, text });
});

test('services that fail together are told of together, and one that only died makes it no matter of settings', () => {
  const busy = new StartError('api cannot start: its port is in use');
  const dead = new StartError('worker ended by SIGKILL', { exitCode: 1 });
  expect(joinStartErrors([busy, busy])).toMatchObject({ exitCode: 78 });
  expect(joinStartErrors([busy, dead])).toMatchObject({
    exitCode: 1,
    message: 'api cannot start: its port is in use\nworker ended by SIGKILL',
  });
  const unexpected = new Error('a bug');
  expect(joinStartErrors([unexpected])).toBe(unexpected);
});
