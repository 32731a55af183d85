import { toDrydockError } from '@drydock/core';
import { ConfigError } from '@drydock/service-kit';

interface StoreHealth {
  /** Throws `store_misconfigured` where Redis could lose what it confirmed, `store_unavailable` where it is away. */
  assertDurable(): Promise<void>;
}

/** Throws ConfigError where Redis could lose accepted jobs. One that is away is waited for by the sweeps. */
export async function refuseForgetfulRedis(store: StoreHealth): Promise<void> {
  try {
    await store.assertDurable();
  } catch (cause) {
    const error = toDrydockError(cause);
    if (error.code === 'store_unavailable') return;
    if (error.code !== 'store_misconfigured') throw error;
    const problem = `names a Redis that could lose accepted jobs: ${error.toBody().message}`;
    throw new ConfigError([{ variable: 'REDIS_URL', problem }], { cause });
  }
}
