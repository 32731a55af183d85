import { EGRESS_CONTROL_SOCKET, type EgressReport } from '@drydock/contracts';
import { runService, systemClock } from '@drydock/service-kit';
import { join } from 'node:path';
import { parseGatewayConfig } from './config.ts';
import { Gateway } from './gateway.ts';
import { loadRules } from './load-rules.ts';
import { openNetwork } from './open-network.ts';

const report = (line: EgressReport): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

await runService('egress gateway', async () => {
  const config = parseGatewayConfig();
  const gateway = await Gateway.start({
    stateDir: config.DRYDOCK_STATE_DIR,
    controlSocket: join(config.DRYDOCK_STATE_DIR, EGRESS_CONTROL_SOCKET),
    rules: await loadRules(config.DRYDOCK_EGRESS_RULES_FILE),
    network: await openNetwork({
      proxy: config.DRYDOCK_EGRESS_PROXY,
      caFile: config.DRYDOCK_EGRESS_CA_FILE,
    }),
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
