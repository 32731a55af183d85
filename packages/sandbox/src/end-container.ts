import type { HostServices } from './host-services.ts';

export interface ContainerRef {
  /** Known before the engine answers, so that a container whose creation was not answered is found too. */
  readonly name: string;
  readonly id: string | undefined;
}

/**
 * Ends a container: through the engine, and where that does not answer through its cgroup. When this resolves, no
 * process of it runs and its mounts are free; the engine's own record may go later.
 */
export async function endContainer(host: HostServices, { name, id }: ContainerRef): Promise<void> {
  try {
    await host.engine.remove(name);
  } catch (error) {
    if (id === undefined) throw error;
    await host.processes.kill(id);
  }
}
