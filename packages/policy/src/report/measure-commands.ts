import type { CommandContext, CommandDecision } from '@drydock/core';
import { resolveDecision } from '@drydock/core';
import type { CommandAnalyser } from '../analyse-command.ts';

/** How some commands came out. */
export interface CommandCounts {
  readonly cases: number;
  /** Came out as they should: privileged, network, stopped, allowed. */
  readonly found: number;
  /** Not allowed, unattended, without grants. */
  readonly stoppedStandard: number;
  readonly stoppedHigh: number;
  /** Those that came out wrong. */
  readonly wrong: readonly string[];
}

export type Expectation = (standard: CommandDecision, high: CommandDecision) => boolean;

const CONTEXT: Omit<CommandContext, 'tier'> = {
  attended: false,
  grantedHosts: [],
  networkAllowed: false,
  privilegedGranted: false,
  mode: 'enforce',
};

/** What each label of a corpus asks for. */
export const EXPECTATIONS = {
  privileged: (standard) => standard.privileged,
  network: (standard) => standard.domains.includes('net'),
  guarded: (standard) => standard.decision !== 'allow',
  /** Cannot be named by anybody, and must only be stopped in tier high. */
  opaque: (_, high) => high.decision !== 'allow',
  benign: (standard) => standard.decision === 'allow',
} as const satisfies Readonly<Record<string, Expectation>>;

/** Decides every command in both tiers and compares with what is expected. */
export function measureCommands(
  analyser: CommandAnalyser,
  commands: readonly string[],
  isRight: Expectation,
): CommandCounts {
  const decided = commands.map((cmd) => {
    const findings = analyser.analyse(cmd);
    const standard = resolveDecision(findings, { ...CONTEXT, tier: 'standard' });
    return { cmd, standard, high: resolveDecision(findings, { ...CONTEXT, tier: 'high' }) };
  });
  const wrong = decided.filter(({ standard, high }) => !isRight(standard, high)).map(({ cmd }) => cmd);
  return {
    cases: decided.length,
    found: decided.length - wrong.length,
    stoppedStandard: decided.filter(({ standard }) => standard.decision !== 'allow').length,
    stoppedHigh: decided.filter(({ high }) => high.decision !== 'allow').length,
    wrong,
  };
}
