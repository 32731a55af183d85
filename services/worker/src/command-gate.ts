import { createHash } from 'node:crypto';
import type {
  ApprovalRequest,
  ExecCommandArgs,
  JobSpec,
  Observation,
  RequestPermissionsArgs,
} from '@drydock/contracts';
import type { CommandContext, CommandDecision } from '@drydock/core';
import type { CommandPolicy } from '@drydock/policy';
import type { ApprovalDesk } from './approval-desk.ts';
import { findAddedText, isPrivilegedFinding } from './generated-code.ts';
import type { EventSink } from './event-sink.ts';
import type { JobEgress } from './job-egress.ts';

/** A command that may run, and what ends with it. */
interface Admitted {
  readonly kind: 'admitted';
  readonly env: Readonly<Record<string, string>>;
  /** Takes back what was granted for this command alone. */
  readonly end: () => void;
}

export type Admission = Admitted | { readonly kind: 'refused'; readonly observation: Observation };

export interface CommandGateOptions {
  readonly spec: Pick<JobSpec, 'tier' | 'tool_use_approval'>;
  readonly policy: Pick<CommandPolicy, 'decide' | 'screenFile'>;
  /** `report_only` records and lets pass; safe mode of tier `high` stays. */
  readonly mode: CommandContext['mode'];
  readonly desk: Pick<ApprovalDesk, 'ask'>;
  readonly egress: Pick<JobEgress, 'hosts' | 'isOpen' | 'environment' | 'grant'>;
  readonly events: Pick<EventSink, 'emit'>;
  readonly onDecision: (decision: CommandDecision) => void;
}

interface Call {
  readonly callId: string;
  readonly tool: string;
  readonly cmd: string;
  readonly workdir: string;
}

const ADMITTED_ALONE = (): void => undefined;

const refuse = (reason: string, message: string): Admission => ({
  kind: 'refused',
  observation: { kind: 'refused', reason, message },
});

/**
 * Decides about every command before it reaches the sandbox: the policy's word, a person's where one is asked, and the
 * grants that follow from it. A tripwire, for signals and budgets; the container is the boundary.
 */
export class CommandGate {
  readonly #options: CommandGateOptions;
  #safeMode: string | undefined;

  constructor(options: CommandGateOptions) {
    this.#options = options;
  }

  /** Why nothing more of this job is carried out, or undefined while that is not so. */
  get safeMode(): string | undefined {
    return this.#safeMode;
  }

  async admit(call: Call, args: ExecCommandArgs, signal: AbortSignal): Promise<Admission> {
    const decision = await this.#decide(call, signal);
    const wished = args.additional_permissions?.network;
    const isWished = args.sandbox_permissions !== 'use_default';
    const hosts = [...new Set([...decision.hosts, ...(isWished ? (wished?.hosts ?? []) : [])])];
    switch (decision.decision) {
      case 'safe_mode':
        return this.enterSafeMode(describe(decision));
      case 'deny':
        return refuse(isNetwork(decision) ? 'approval_required' : 'denied_by_policy', describe(decision));
      case 'ask':
        return this.#ask(call, { decision, hosts, methods: wished?.methods ?? [], args }, signal);
      case 'allow':
        return isWished && this.#lacks(hosts)
          ? this.#ask(call, { decision, hosts, methods: wished?.methods ?? [], args }, signal)
          : { kind: 'admitted', env: this.#options.egress.environment, end: ADMITTED_ALONE };
    }
  }

  /** What is typed into a session: it may be the answer to a question as well as a command. */
  async admitInput(call: Call, signal: AbortSignal): Promise<Observation | undefined> {
    if (call.cmd.trim() === '') return undefined;
    const decision = await this.#options.policy.decide(call, this.#context(), signal);
    if (!decision.privileged || decision.decision === 'allow') return undefined;
    this.#tell(call, decision);
    const admission =
      decision.decision === 'safe_mode'
        ? this.enterSafeMode(describe(decision))
        : refuse('denied_by_policy', describe(decision));
    return admission.kind === 'refused' ? admission.observation : undefined;
  }

  /** Tier high: code that would run privileged commands is not even written. */
  async admitPatch(callId: string, patch: string, signal: AbortSignal): Promise<Observation | undefined> {
    const { spec, policy } = this.#options;
    if (spec.tier !== 'high' || this.#context().privilegedGranted) return undefined;
    for (const file of findAddedText(patch)) {
      const finding = (await policy.screenFile(file, signal)).find(isPrivilegedFinding);
      if (finding === undefined) continue;
      const message = `${finding.message} (${finding.path}:${finding.line}, rule ${finding.rule})`;
      this.#options.events.emit({
        type: 'policy.decided',
        data: {
          call_id: callId,
          tool: 'apply_patch',
          verdict: 'safe_mode',
          reason: message,
          rule: finding.rule,
        },
      });
      const admission = this.enterSafeMode(message);
      return admission.kind === 'refused' ? admission.observation : undefined;
    }
    return undefined;
  }

  /** Asks for hosts before there is a command. */
  async requestPermissions(
    callId: string,
    { permissions: { network }, reason }: RequestPermissionsArgs,
    signal: AbortSignal,
  ): Promise<Observation> {
    const { tool_use_approval: approval } = this.#options.spec;
    const hosts = [...(network?.hosts ?? [])];
    const methods = [...(network?.methods ?? [])];
    if (approval !== 'ask')
      return { kind: 'refused', reason: 'approval_required', message: 'This job has nobody to ask.' };
    if (hosts.length === 0)
      return { kind: 'refused', reason: 'invalid_arguments', message: 'Name the hosts in network.hosts.' };
    const verdict = await this.#options.desk.ask(
      {
        call_id: callId,
        tool: 'request_permissions',
        cmd: null,
        call_sha256: digestOf(['request_permissions', ...hosts.toSorted(), ...methods.toSorted()]),
        hosts,
        methods,
        rule: 'request_permissions',
        reason: 'The model asks to reach these hosts for the rest of the job.',
        justification: reason ?? null,
      },
      signal,
    );
    if (verdict.kind === 'denied') return denied(verdict.approval.reason);
    this.#options.egress.grant(hosts, methods);
    return { kind: 'permission_granted', hosts };
  }

  /** Nothing more is carried out from here on. */
  enterSafeMode(message: string): Admission {
    this.#safeMode ??= message;
    return refuse('safe_mode', 'The job ends here, in safe mode: nothing more is carried out.');
  }

  async #decide(call: Call, signal: AbortSignal): Promise<CommandDecision> {
    const decision = await this.#options.policy.decide(call, this.#context(), signal);
    this.#tell(call, decision);
    return decision;
  }

  #tell(call: Call, decision: CommandDecision): void {
    const { events, onDecision } = this.#options;
    onDecision(decision);
    const { decision: verdict, ruled, rule, span, reason, alternative, hosts } = decision;
    const more = ruled === verdict ? {} : { ruled };
    events.emit({
      type: 'policy.decided',
      data: {
        call_id: call.callId,
        tool: call.tool,
        verdict,
        reason,
        rule,
        span,
        alternative,
        hosts: [...hosts],
        ...more,
      },
    });
  }

  #context(): CommandContext {
    const { spec, egress, mode } = this.#options;
    const { tier, tool_use_approval: approval } = spec;
    return {
      tier,
      mode,
      attended: approval === 'ask',
      grantedHosts: egress.hosts,
      networkAllowed: egress.isOpen,
      privilegedGranted: typeof approval === 'object' && approval.privileged,
    };
  }

  #lacks(hosts: readonly string[]): boolean {
    const granted = new Set(this.#options.egress.hosts);
    return this.#options.spec.tool_use_approval === 'ask' && hosts.some((host) => !granted.has(host));
  }

  async #ask(
    call: Call,
    asked: {
      readonly decision: CommandDecision;
      readonly hosts: readonly string[];
      readonly methods: ApprovalRequest['methods'];
      readonly args: ExecCommandArgs;
    },
    signal: AbortSignal,
  ): Promise<Admission> {
    const { decision, hosts, methods, args } = asked;
    const { desk, egress } = this.#options;
    const { callId, tool, cmd, workdir } = call;
    const verdict = await desk.ask(
      {
        call_id: callId,
        tool,
        cmd,
        call_sha256: digestOf([tool, cmd, workdir, ...hosts.toSorted()]),
        hosts: [...hosts],
        methods,
        rule: decision.rule,
        reason: decision.reason.slice(0, 1_000),
        justification: args.justification ?? null,
      },
      signal,
    );
    if (verdict.kind === 'denied') {
      return { kind: 'refused', observation: denied(verdict.approval.reason) };
    }
    const granted = egress.grant(hosts, methods);
    // What is to be remembered stays granted: the next command does not ask.
    const end = verdict.approval.remember ? ADMITTED_ALONE : () => granted[Symbol.dispose]();
    return { kind: 'admitted', env: egress.environment, end };
  }
}

const isNetwork = ({ domains }: CommandDecision): boolean =>
  domains.includes('net') || domains.includes('vcs');

function describe({ rule, reason, alternative }: CommandDecision): string {
  return [`${reason} (rule ${rule})`, alternative].filter((part) => part !== '').join(' ');
}

function denied(reason: string | null): Observation {
  const why = reason === null ? '' : ` They said: ${JSON.stringify(reason)}.`;
  return {
    kind: 'refused',
    reason: 'approval_denied',
    message: `A person was asked and did not agree.${why}`,
  };
}

const digestOf = (parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');
