import { createLogger, runService, systemClock, watchShutdown } from '@drydock/service-kit';
import { readConfig } from './config.ts';
import { startScriptedModel } from './start-scripted-model.ts';

const CLOSE_TIMEOUT_MS = 2_000;

await runService('scripted-model', async () => {
  const config = readConfig();
  const logger = createLogger({ service: 'scripted-model', level: 'info', destination: 'stdout' });
  const shutdown = watchShutdown({
    logger,
    clock: systemClock,
    exitOnStdinEof: config.DRYDOCK_EXIT_ON_STDIN_EOF,
  });
  const model = await startScriptedModel({
    transcriptDirs: config.DRYDOCK_SCRIPTED_MODEL_TRANSCRIPTS,
    port: config.DRYDOCK_SCRIPTED_MODEL_PORT,
  });
  shutdown.add('scripted model', CLOSE_TIMEOUT_MS, () => model.close());
  logger.info('scripted_model.listening', { url: model.url, models: model.models });
});
