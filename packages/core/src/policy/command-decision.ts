/** What the policy may say about a command, from mild to strict. */
export const COMMAND_VERDICTS = ['allow', 'ask', 'safe_mode', 'deny'] as const;
export type CommandVerdict = (typeof COMMAND_VERDICTS)[number];

/** What a command reaches into. */
export const COMMAND_DOMAINS = ['fs', 'exec', 'net', 'vcs', 'privileged'] as const;
export type CommandDomain = (typeof COMMAND_DOMAINS)[number];

/**
 * What kind of thing a rule found. `resolveDecision` maps it onto a verdict.
 * - ordinary: the daily work of a programmer
 * - unknown: nobody can tell what it does; the container holds it
 * - guarded: not ordinary, and a person may say that it is right
 * - network: wants to leave the sandbox
 * - privileged: wants more rights than any sandbox has
 * - refused: not to be run at all, whoever asks
 */
export const COMMAND_CLASSES = [
  'ordinary',
  'unknown',
  'guarded',
  'network',
  'privileged',
  'refused',
] as const;
export type CommandClass = (typeof COMMAND_CLASSES)[number];

/** What one rule says about one simple command. */
export interface CommandFinding {
  readonly rule: string;
  readonly class: CommandClass;
  readonly domain: CommandDomain;
  /** Words after unwrapping, as far as they are known; what only the shell will know is `…`. */
  readonly argv: readonly string[];
  /** Where it stands in the text that was asked about, in UTF-16 units, end exclusive. */
  readonly span: { readonly start: number; readonly end: number };
  /** One sentence for people and the model. */
  readonly reason: string;
  /** What to do instead; empty where nothing has to be done. */
  readonly alternative: string;
  /** Hosts that the text names; empty where it names none. */
  readonly hosts: readonly string[];
}

/** What the job and its operator allow. Everything is absent by default. */
export interface CommandContext {
  readonly tier: 'standard' | 'high';
  /** Whether somebody can be asked (`tool_use_approval: "ask"`). */
  readonly attended: boolean;
  /** Hosts that the job may reach: `example.com`, or `*.example.com` for what is below it. */
  readonly grantedHosts: readonly string[];
  /** Whether the sandbox has a way out at all; then the gateway judges hosts that the text does not name. */
  readonly networkAllowed: boolean;
  /** Whether the caller granted privileged commands to this attempt. The container refuses them all the same. */
  readonly privilegedGranted: boolean;
  /** `report_only` records and lets pass; safe mode of tier `high` stays. */
  readonly mode: 'enforce' | 'report_only';
}

export interface ResolvedFinding extends CommandFinding {
  readonly verdict: CommandVerdict;
}

/** The decision about a whole command text: that of its strictest part. */
export interface CommandDecision {
  /** What to do. */
  readonly decision: CommandVerdict;
  /** What the rules say; another than `decision` only in `report_only`. */
  readonly ruled: CommandVerdict;
  readonly rule: string;
  readonly argv: readonly string[];
  readonly span: { readonly start: number; readonly end: number };
  readonly reason: string;
  readonly alternative: string;
  /** Of all parts. */
  readonly domains: readonly CommandDomain[];
  /** Of all parts. */
  readonly hosts: readonly string[];
  readonly privileged: boolean;
  /** Every part, in the order of the text. */
  readonly findings: readonly ResolvedFinding[];
}
