import { EGRESS_CONTROL_SOCKET, type EgressReport } from '@drydock/contracts';
import { runService, systemClock } from '@drydock/service-kit';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseGatewayConfig, type GatewayConfig } from './config.ts';
import { Gateway } from './gateway.ts';
import { loadRules } from './load-rules.ts';
import { systemAddresses, systemResolve, type Network } from './network.ts';
import { parseUpstreamProxy } from './upstream-proxy.ts';

const report = (line: EgressReport): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

await runService('egress gateway', async () => {
  const config = parseGatewayConfig();
  const gateway = await Gateway.start({
    stateDir: config.DRYDOCK_STATE_DIR,
    controlSocket: join(config.DRYDOCK_STATE_DIR, EGRESS_CONTROL_SOCKET),
    rules: await loadRules(config.DRYDOCK_EGRESS_RULES_FILE),
    network: await openNetwork(config),
    clock: systemClock,
    report,
  });
  let isEnding = false;
  const end = (): void => {
    if (isEnding) return;
    isEnding = true;
    void gateway[Symbol.asyncDispose]().finally(() => process.exit(0));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, end);
  // The monitor holds the other end: nobody watches the gateway when it is gone.
  for (const event of ['end', 'close'] as const) process.stdin.on(event, end);
  process.stdin.resume();
});

async function openNetwork(config: GatewayConfig): Promise<Network> {
  const { DRYDOCK_EGRESS_PROXY: proxy, DRYDOCK_EGRESS_CA_FILE: caFile } = config;
  return {
    resolve: systemResolve,
    ownAddresses: systemAddresses,
    ...(proxy === undefined ? {} : { proxy: parseUpstreamProxy(proxy) }),
    ...(caFile === undefined ? {} : { extraCa: await readFile(caFile, 'utf8') }),
  };
}
