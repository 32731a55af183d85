import type { Env } from '@drydock/service-kit';
import { SERVICE_ENV, parseConfig } from '@drydock/service-kit';
import { z } from 'zod';

const Environment = z.object({
  DRYDOCK_EXIT_ON_STDIN_EOF: SERVICE_ENV.DRYDOCK_EXIT_ON_STDIN_EOF,
  DRYDOCK_SCRIPTED_MODEL_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(0)
    .describe('a port of 127.0.0.1, or 0 to let the system pick'),
  DRYDOCK_SCRIPTED_MODEL_TRANSCRIPTS: z
    .string()
    .default('')
    .transform((list) => list.split(':').filter((directory) => directory !== ''))
    .describe('directories with *.transcript.json files, with : between them'),
});

/** The settings of the process. Throws ConfigError that lists every wrong variable. */
export function readConfig(env: Env = process.env) {
  return parseConfig(Environment, env);
}
