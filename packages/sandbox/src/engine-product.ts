/** What an engine's `/version` says of who answers. */
export interface EngineVersion {
  readonly Components?: readonly { readonly Name: string }[] | null;
}

export function isPodman({ Components }: EngineVersion): boolean {
  return Components?.some(({ Name }) => Name === 'Podman Engine') ?? false;
}
