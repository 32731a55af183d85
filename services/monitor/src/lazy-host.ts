import type { SandboxHost } from './deps.ts';

/**
 * A host that is opened when it is first needed, and again after opening failed: the monitor starts while Docker is
 * down, keeps sweeping Redis, and reaps as soon as Docker answers.
 */
export function createLazyHost(open: () => Promise<SandboxHost>): SandboxHost {
  let opening: Promise<SandboxHost> | undefined;
  const host = async (): Promise<SandboxHost> => {
    opening ??= open();
    try {
      return await opening;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  };
  return {
    destroy: async (sandboxId, signal) => (await host()).destroy(sandboxId, signal),
    reapContainers: async (signal) => (await host()).reapContainers(signal),
    reapDrift: async (signal) => (await host()).reapDrift(signal),
    reapSlots: async (signal) => (await host()).reapSlots(signal),
    release: async () => (await host()).release(),
  };
}
