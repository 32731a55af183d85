/** What an engine's `/version` says of who answers. */
export interface EngineVersion {
  readonly Components?: readonly { readonly Name: string }[] | null;
}

/**
 * Why no sandbox may be started on an engine, in words; undefined where there is no reason. Podman's compatible socket
 * takes a hardened container only in part, and reports what it made in other words (docs/adr/0014): until each difference
 * is known to be harmless, refusing is the only answer that keeps the policy.
 */
export function findEngineProblem({ Components }: EngineVersion): string | undefined {
  const isPodman = Components?.some(({ Name }) => Name === 'Podman Engine') ?? false;
  if (!isPodman) return undefined;
  return (
    'The engine is Podman, which Drydock does not run sandboxes on: it takes neither a seccomp profile as text nor a ' +
    'cap on the files of a tmpfs, and without root on cgroup v1 it drops every limit of memory, processor and ' +
    'processes. Point DRYDOCK_DOCKER_SOCKET at Docker Engine.'
  );
}
