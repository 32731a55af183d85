import { afterAll, beforeAll } from 'vitest';
import { ContainerHistory } from './container-history.ts';
import type { E2eStack } from './e2e-stack.ts';
import type { ModelGate } from './model-gate.ts';
import { startModelGate } from './model-gate.ts';
import { useE2eStack } from './use-e2e-stack.ts';

/** An installation that is watched from outside: by its events, by the engine and by the model server. */
export interface WatchedStack {
  readonly e2e: E2eStack;
  readonly gate: ModelGate;
  readonly history: ContainerHistory;
}

/** Gives the tests of a suite one installation whose every container is a job's own, and whose workers are missed soon. */
export function useWatchedStack(give: (watched: WatchedStack) => void, leaseSeconds: number): void {
  let gate: ModelGate;
  let e2e: E2eStack;
  let history: ContainerHistory;

  beforeAll(async () => {
    gate = await startModelGate();
  });
  afterAll(() => gate?.[Symbol.asyncDispose]());

  useE2eStack(
    (started) => (e2e = started),
    () => ({
      model: { baseUrl: gate.url },
      settings: { DRYDOCK_WARM_SANDBOXES: '0', DRYDOCK_WORKER_LEASE_SECONDS: String(leaseSeconds) },
    }),
  );

  beforeAll(async () => {
    history = await ContainerHistory.open(e2e.stack.data.instanceId);
    give({ e2e, gate, history });
  });
  afterAll(() => history?.[Symbol.dispose]());
}
