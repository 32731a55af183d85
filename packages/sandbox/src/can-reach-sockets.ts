/** How an engine describes a runtime that it can start containers with; newer ones leave out what they do not know. */
export interface RuntimeInfo {
  readonly path?: string;
  readonly runtimeArgs?: readonly string[] | null;
}

/** gVisor keeps guests from the host's unix sockets unless one of these says otherwise. */
const OPENING = /^--?(?:host-uds=(?:open|all)|fsgofer-host-uds(?:=true)?)$/;

/** Whether a guest can connect to a socket that the host puts into its slot. Of a runtime that is no gVisor: yes. */
export function canReachSockets({ path = '', runtimeArgs }: RuntimeInfo): boolean {
  const isGvisor = /(?:^|\/)runsc[^/]*$/.test(path);
  return !isGvisor || (runtimeArgs ?? []).some((argument) => OPENING.test(argument));
}
