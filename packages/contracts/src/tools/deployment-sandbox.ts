import { z } from 'zod';

/** A server listens where a user without rights may. */
const Port = z.int().min(1_024).max(65_535);
const HttpPath = z
  .string()
  .max(2_000)
  .regex(/^\/[\x21-\x7e]*$/, 'Begins with / and has no spaces');

/** Arguments of `server_start`. */
export const ServerStartArgs = z.object({
  cmd: z.string().min(1).max(65_536),
  port: Port,
  workdir: z.string().max(4_096).optional(),
  /** It is ready when this path is answered without a server error; absent: when the port is open. */
  ready_path: HttpPath.optional(),
  /** Text that it has printed when it is ready, too. */
  ready_log: z.string().min(1).max(500).optional(),
  timeout_seconds: z.int().min(1).max(300).default(30),
});
export type ServerStartArgs = z.infer<typeof ServerStartArgs>;

/** Arguments of `server_probe`. */
export const ServerProbeArgs = z.object({
  port: Port,
  path: HttpPath.default('/'),
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).default('GET'),
  headers: z.record(z.string().regex(/^[A-Za-z0-9-]{1,100}$/), z.string().max(4_000)).default({}),
  body: z.string().max(16_384).optional(),
  timeout_seconds: z.int().min(1).max(60).default(10),
});
export type ServerProbeArgs = z.infer<typeof ServerProbeArgs>;

const ServerNumber = z.int().min(1).max(100_000);

/** Arguments of `server_log`. */
export const ServerLogArgs = z.object({
  server: ServerNumber,
  /** First line, from 1; negative: so many lines from the end. */
  start: z.int().min(-100_000).max(10_000_000).default(-100),
  lines: z.int().min(1).max(1_000).default(100),
});

/** Arguments of `server_stop`. */
export const ServerStopArgs = z.object({ server: ServerNumber });
