import type { Sandbox } from '@drydock/core';
import type { Engine } from './engine.ts';
import type { ProbeReport } from './run-case.ts';
import type { Boundary, CaseClass, ContainerShape } from './security-case.ts';

/** What a host case works with. */
export interface HostScene {
  readonly sandbox: Sandbox;
  readonly engine: Engine;
  /** How the sandbox's container was made. */
  readonly like: ContainerShape;
}

/**
 * A case whose wall stands on the host's side: in what the worker makes of a request or of a guest. `control` does the
 * same to something without the wall, and must come out as escaped.
 */
export interface HostCase {
  readonly class: CaseClass;
  readonly claim: string;
  readonly boundaries: readonly Boundary[];
  readonly probe: (scene: HostScene) => Promise<ProbeReport>;
  readonly control: (scene: HostScene) => Promise<ProbeReport>;
}

/** A report of attempts, by what got through of each; undefined where nothing did. */
export function toReport(attempts: Readonly<Record<string, string | undefined>>): ProbeReport {
  const list = Object.entries(attempts).map(([attempt, escaped]) => ({
    attempt,
    outcome: escaped === undefined ? 'refused' : `succeeded: ${escaped}`,
  }));
  const hasEscaped = Object.values(attempts).some((escaped) => escaped !== undefined);
  return { attempts: list, verdict: hasEscaped ? 'escaped' : 'contained', output: '' };
}
