import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { LOG_LEVELS } from './logger.ts';
import { Secret } from './secret.ts';

/** Variables that mean the same in every service; a service picks the ones it reads. */
export const SERVICE_ENV = {
  REDIS_URL: z
    .string()
    .regex(/^(?:\/|unix:\/\/\/|rediss?:\/\/)/, 'not an address of Redis')
    .transform((url) => new Secret(url))
    .describe('the address of Redis: redis://…, rediss://…, unix:///… or the path of its socket'),
  DRYDOCK_REDIS_PREFIX: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'not a prefix')
    .default('drydock')
    .describe('what every key in Redis starts with: 1 to 40 of a-z, 0-9 and -'),
  DRYDOCK_DATA_DIR: z
    .string()
    .refine(isAbsolute, 'not an absolute path')
    .default('/var/lib/drydock')
    .describe('the absolute path of the directory that holds artifacts, the same for every service'),
  DRYDOCK_LOG_LEVEL: z
    .enum(LOG_LEVELS)
    .default('info')
    .describe(`one of ${LOG_LEVELS.join(', ')}`),
  DRYDOCK_EXIT_ON_STDIN_EOF: z
    .enum(['0', '1'])
    .default('0')
    .transform((flag) => flag === '1')
    .describe('1 to end with stdin, 0 otherwise'),
};
