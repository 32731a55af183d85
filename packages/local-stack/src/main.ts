import { fileURLToPath } from 'node:url';
import { systemClock } from '@drydock/service-kit';
import { parseStackConfig } from './config.ts';
import { explainFailure } from './start-error.ts';
import type { Stack } from './start-stack.ts';
import { startStack } from './start-stack.ts';
import { Stopped, watchStopSignals } from './stop-signal.ts';
import { supervise } from './supervise.ts';

/** What the scripted model can play: the examples, and the request that the README shows. */
const TRANSCRIPT_DIRS = ['ts', 'py', 'readme'].map((name) =>
  fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url)),
);

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const complain = (line: string): void => void process.stderr.write(`drydock: ${line}\n`);

/** `npm start`: an installation in the foreground, until SIGINT, SIGTERM or SIGHUP. */
async function main(stop: AbortSignal): Promise<number> {
  const config = { ...parseStackConfig(), transcriptDirs: TRANSCRIPT_DIRS };
  say('Drydock is starting: redis, api, worker, monitor');
  await using stack = await startStack(config, stop);
  describeStack(stack, config.apiKey === undefined).forEach(say);
  const ended = await supervise({ stack, clock: systemClock, report: complain }, stop);
  say(
    'Drydock is stopping: jobs that run get 20 s to end, then they are handed back and continue at the next start.',
  );
  if (ended === undefined) return 0;
  complain(`${ended.obituary}; it ends again and again, so this installation ends too`);
  return 1;
}

function describeStack(stack: Stack, isKeyGenerated: boolean): string[] {
  const { worker, monitor } = stack.metricsUrls;
  return [
    `Drydock is ready at ${stack.apiUrl}`,
    `  key      ${isKeyGenerated ? stack.data.apiKeyFile : 'the one of DRYDOCK_API_KEY or DRYDOCK_API_KEY_FILE'}`,
    `  data     ${stack.data.root}`,
    `  model    ${stack.scripted ? 'scripted (set OPENAI_API_KEY or DRYDOCK_MODEL_BASE_URL for a real one)' : 'real'}`,
    ...(stack.apiUser.kind === 'own'
      ? []
      : [`  note     the api runs as this user, and can read its keys: ${stack.apiUser.because}`]),
    `  metrics  ${stack.apiUrl}/metrics  ${worker}  ${monitor}`,
    '  Ctrl-C drains and stops.',
  ];
}

const stop = watchStopSignals();
process.exitCode = await main(stop).catch((error: unknown) => {
  if (error instanceof Stopped) return 0;
  const { exitCode, text } = explainFailure(error);
  process.stderr.write(text);
  return exitCode;
});
