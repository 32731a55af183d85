import { loadRules, parseUpstreamProxy } from '@drydock/egress';
import { fileURLToPath } from 'node:url';
import type { MonitorConfig } from './config.ts';

const SHIPPED_RULES = fileURLToPath(new URL('../../../infra/egress/rules.yaml', import.meta.url));

/** The gateway's whole environment, checked before it starts. Throws ConfigError, which names the bad rule. */
export async function prepareEgressEnvironment(config: MonitorConfig): Promise<Record<string, string>> {
  const rulesFile = config.DRYDOCK_EGRESS_RULES_FILE ?? SHIPPED_RULES;
  const { DRYDOCK_EGRESS_PROXY: proxy, DRYDOCK_EGRESS_CA_FILE: caFile } = config;
  await loadRules(rulesFile);
  if (proxy !== undefined) parseUpstreamProxy(proxy);
  return {
    DRYDOCK_STATE_DIR: config.DRYDOCK_STATE_DIR ?? `/run/drydock/${config.DRYDOCK_INSTANCE_ID}`,
    DRYDOCK_EGRESS_RULES_FILE: rulesFile,
    ...(proxy === undefined ? {} : { DRYDOCK_EGRESS_PROXY: proxy.reveal() }),
    ...(caFile === undefined ? {} : { DRYDOCK_EGRESS_CA_FILE: caFile }),
  };
}
