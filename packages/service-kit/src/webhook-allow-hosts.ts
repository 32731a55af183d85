import { z } from 'zod';

/** Read alike by the api, which refuses callback URLs, and by the monitor, which dials them. */
export const webhookAllowHosts = z
  .string()
  .default('')
  .transform((list) => list.split(',').flatMap((host) => host.trim().toLowerCase() || []))
  .describe('hosts, or host:port, that webhooks may go to although they are not public, with commas');
