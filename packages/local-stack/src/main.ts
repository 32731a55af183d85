import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseStackConfig } from './config.ts';
import { startStack } from './start-stack.ts';

/** The exit code that says: this machine or its settings cannot, and standard error says what to do. */
const EXIT_CONFIG = 78;
const transcripts = fileURLToPath(new URL('../../../examples/ts', import.meta.url));

/** `npm start`: an installation in the foreground, until SIGINT or SIGTERM. */
async function main(): Promise<number> {
  const stop = Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal)));
  await using stack = await startStack({ ...parseStackConfig(), transcriptDirs: [transcripts] });
  const lines = [
    `Drydock is ready at ${stack.apiUrl}`,
    `  key      ${stack.data.apiKeyFile}`,
    `  data     ${stack.data.root}`,
    `  model    ${stack.scripted ? 'scripted (set OPENAI_API_KEY or DRYDOCK_MODEL_BASE_URL for a real one)' : 'real'}`,
    `  metrics  ${stack.apiUrl}/metrics  ${stack.metricsUrls.worker}  ${stack.metricsUrls.monitor}`,
    '  Ctrl-C drains and stops.',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  const ended = await Promise.race([stop.then(() => undefined), stack.firstExit]);
  if (ended === undefined) return 0;
  process.stderr.write(`drydock: ${ended} ended by itself; its log is in ${stack.data.logsDir}\n`);
  return 1;
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`drydock: ${error instanceof Error ? error.message : String(error)}\n`);
  return EXIT_CONFIG;
});
