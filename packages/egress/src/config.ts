import { parseConfig, secretText, type Env } from '@drydock/service-kit';
import { isAbsolute } from 'node:path';
import { z } from 'zod';

const absolutePath = z.string().refine(isAbsolute, 'not an absolute path');

/** What the gateway is told by the monitor: its whole environment. */
const GatewayEnvironment = z.object({
  DRYDOCK_STATE_DIR: absolutePath.describe('the absolute path of mounts and sockets'),
  DRYDOCK_EGRESS_RULES_FILE: absolutePath.describe('the absolute path of the rules'),
  DRYDOCK_EGRESS_CA_FILE: absolutePath.optional().describe('the absolute path of certificates in PEM'),
  DRYDOCK_EGRESS_PROXY: secretText().optional().describe('http(s)://[user:password@]host:port'),
});

export type GatewayConfig = Readonly<z.output<typeof GatewayEnvironment>>;

/** Throws ConfigError that lists every bad variable. */
export function parseGatewayConfig(env: Env = process.env): GatewayConfig {
  return parseConfig(GatewayEnvironment, env);
}
