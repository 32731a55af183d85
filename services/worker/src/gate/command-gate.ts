import type {
  ApprovalRequest,
  ExecCommandArgs,
  JobSpec,
  Observation,
  Plan,
  RequestPermissionsArgs,
} from '@drydock/contracts';
import type { CommandContext, CommandDecision } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import type { CommandPolicy } from '@drydock/policy';
import type { ApprovalDesk } from './approval-desk.ts';
import type { GatedCall, Wish } from './approval-question.ts';
import {
  askAboutCommand,
  askAboutHosts,
  askAboutPlan,
  findUnaskable,
  findWish,
} from './approval-question.ts';
import type { PlanAnswer } from '../replay/recorded-plan-answer.ts';
import { findAddedText, findHeredocs, isPrivilegedFinding } from './generated-code.ts';
import type { EventSink } from '../attempt/event-sink.ts';
import type { JobEgress } from './job-egress.ts';

/** A command that may run, and what ends with it. */
interface Admitted {
  readonly kind: 'admitted';
  readonly env: Readonly<Record<string, string>>;
  /** Takes back what was granted for this command alone. */
  readonly end: () => void;
}

interface Refused {
  readonly kind: 'refused';
  readonly observation: Observation;
}

export type Admission = Admitted | Refused;

export interface CommandGateOptions {
  readonly spec: Pick<JobSpec, 'tier' | 'tool_use_approval' | 'plan_approval'>;
  readonly policy: Pick<CommandPolicy, 'decide' | 'screenFile'>;
  /** `report_only` records and lets pass; safe mode of tier `high` stays. */
  readonly mode: CommandContext['mode'];
  readonly desk: Pick<ApprovalDesk, 'ask' | 'hasExpired'>;
  readonly egress: Pick<JobEgress, 'hosts' | 'isOpen' | 'environment' | 'grant'>;
  readonly events: Pick<EventSink, 'emit'>;
  /** What is known to be answered to a plan: in a replay, what was recorded. */
  readonly findPlanAnswer?: (question: ApprovalRequest) => PlanAnswer | undefined;
  /** Looks at all that was written so far, and at what a person is to be shown next. May enter safe mode. */
  readonly screen: (shown: unknown, signal: AbortSignal) => Promise<void>;
  readonly onDecision: (decision: CommandDecision) => void;
}

const NOTHING_GRANTED = (): void => undefined;

const refuse = (reason: string, message: string): Refused => ({
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

  async admit(call: GatedCall, args: ExecCommandArgs, signal: AbortSignal): Promise<Admission> {
    const unsafe = await this.#screenFiles(call, () => findHeredocs(call.cmd), signal);
    if (unsafe !== undefined) return unsafe;
    const decision = await this.#decide(call, signal);
    switch (decision.decision) {
      case 'safe_mode':
        return this.enterSafeMode(describe(decision));
      case 'deny':
        return refuse(isNetwork(decision) ? 'approval_required' : 'denied_by_policy', describe(decision));
      case 'ask':
        return this.#ask(askAboutCommand(call, decision, args), signal);
      case 'allow':
        return this.#isMore(findWish(args))
          ? this.#ask(askAboutCommand(call, decision, args), signal)
          : { kind: 'admitted', env: this.#options.egress.environment, end: NOTHING_GRANTED };
    }
  }

  /** What is typed into a session: it may be the answer to a question as well as a command. */
  async admitInput(call: GatedCall, signal: AbortSignal): Promise<Observation | undefined> {
    if (call.cmd.trim() === '') return undefined;
    const decision = await this.#options.policy.decide(call, this.#context(), signal);
    if (!decision.privileged || decision.decision === 'allow') return undefined;
    this.#tell(call, decision);
    const refused =
      decision.decision === 'safe_mode'
        ? this.enterSafeMode(describe(decision))
        : refuse('denied_by_policy', describe(decision));
    return refused.observation;
  }

  /** Tier high: code that would run privileged commands is not even written. */
  async admitPatch(callId: string, patch: string, signal: AbortSignal): Promise<Observation | undefined> {
    const files = () => findAddedText(patch);
    const refused = await this.#screenFiles({ callId, tool: 'apply_patch' }, files, signal);
    return refused?.observation;
  }

  /** Tier high: a refusal where a file that is to be written holds privileged commands. */
  async #screenFiles(
    { callId, tool }: Pick<GatedCall, 'callId' | 'tool'>,
    findFiles: () => readonly { path: string; text: string }[],
    signal: AbortSignal,
  ): Promise<Refused | undefined> {
    const { spec, policy } = this.#options;
    if (spec.tier !== 'high' || this.#context().privilegedGranted) return undefined;
    for (const file of findFiles()) {
      const finding = (await policy.screenFile(file, signal)).find(isPrivilegedFinding);
      if (finding === undefined) continue;
      const message = `${finding.message} (${finding.path}:${finding.line}, rule ${finding.rule})`;
      this.#options.events.emit({
        type: 'policy.decided',
        data: {
          call_id: callId,
          tool,
          verdict: 'safe_mode',
          reason: message,
          rule: finding.rule,
        },
      });
      return this.enterSafeMode(message);
    }
    return undefined;
  }

  /** Asks for hosts before there is a command. */
  async requestPermissions(
    callId: string,
    args: RequestPermissionsArgs,
    signal: AbortSignal,
  ): Promise<Observation> {
    if (this.#options.spec.tool_use_approval !== 'ask')
      return refuse('approval_required', 'This job has nobody to ask.').observation;
    const question = askAboutHosts(callId, args);
    if (question.hosts.length === 0)
      return refuse('invalid_arguments', 'Name the hosts in network.hosts.').observation;
    await this.#options.screen(question, signal);
    if (this.#safeMode !== undefined) return this.enterSafeMode(this.#safeMode).observation;
    const verdict = await this.#options.desk.ask(question, signal);
    if (verdict.kind === 'denied') return deny(verdict.approval.reason).observation;
    this.#options.egress.grant(question.hosts, question.methods);
    return { kind: 'permission_granted', hosts: question.hosts };
  }

  /** Looks at the plan, and takes it to a person where the job wants that. Throws `plan_not_approved` where nobody answered in time. */
  async admitPlan(callId: string, plan: Plan, signal: AbortSignal): Promise<Observation | undefined> {
    const { spec, screen } = this.#options;
    const question = askAboutPlan(callId, plan);
    // In tier high a plan is shown to somebody in any case.
    if (spec.tier === 'high' || spec.plan_approval === true) await screen(question, signal);
    if (this.#safeMode !== undefined) return this.enterSafeMode(this.#safeMode).observation;
    return spec.plan_approval === true ? this.#askAboutPlan(question, signal) : undefined;
  }

  /** In a replay nobody is asked: what was decided is part of the recording. */
  async #askAboutPlan(question: ApprovalRequest, signal: AbortSignal): Promise<Observation | undefined> {
    const { desk, findPlanAnswer } = this.#options;
    const recorded = findPlanAnswer?.(question);
    if (recorded !== undefined) return recorded.kind === 'approved' ? undefined : denyPlan(recorded.reason);
    // It may have gone unanswered while no worker held the job.
    if (await desk.hasExpired('submit_plan')) throw new DrydockError('plan_not_approved');
    const { kind, approval } = await desk.ask(question, signal);
    if (kind === 'approved') return undefined;
    if (approval.status !== 'denied') throw new DrydockError('plan_not_approved');
    return denyPlan(approval.reason);
  }

  /** Nothing more is carried out from here on. */
  enterSafeMode(message: string): Refused {
    this.#safeMode ??= message;
    return refuse('safe_mode', 'The job ends here, in safe mode: nothing more is carried out.');
  }

  async #decide(call: GatedCall, signal: AbortSignal): Promise<CommandDecision> {
    const decision = await this.#options.policy.decide(call, this.#context(), signal);
    this.#tell(call, decision);
    return decision;
  }

  #tell(call: GatedCall, decision: CommandDecision): void {
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
        reason: verdict === 'safe_mode' ? describe(decision) : reason,
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

  /** Whether a person has to agree to a wish. Which methods were granted is known to what they agreed to. */
  #isMore({ hosts, methods }: Wish): boolean {
    const { spec, egress } = this.#options;
    const granted = new Set(egress.hosts);
    const isGranted = hosts.every((host) => granted.has(host)) && methods.length === 0;
    return spec.tool_use_approval === 'ask' && hosts.length > 0 && !isGranted;
  }

  async #ask(question: ApprovalRequest, signal: AbortSignal): Promise<Admission> {
    const { desk, egress } = this.#options;
    const unaskable = findUnaskable(question.hosts);
    if (unaskable !== undefined) return refuse('denied_by_policy', unaskable);
    await this.#options.screen(question, signal);
    if (this.#safeMode !== undefined) return this.enterSafeMode(this.#safeMode);
    const verdict = await desk.ask(question, signal);
    if (verdict.kind === 'denied') return deny(verdict.approval.reason);
    const granted = egress.grant(question.hosts, question.methods);
    // What is to be remembered stays granted: the next command does not ask.
    const end = verdict.approval.remember ? NOTHING_GRANTED : () => granted[Symbol.dispose]();
    return { kind: 'admitted', env: egress.environment, end };
  }
}

/** Whether it is the way out that the strictest part of the command lacks: the others need no approval. */
const isNetwork = ({ findings, rule, ruled }: CommandDecision): boolean =>
  findings.some(
    (finding) => finding.rule === rule && finding.verdict === ruled && finding.class === 'network',
  );

function describe({ ruled, rule, reason, alternative, findings }: CommandDecision): string {
  // Safe mode comes before a refusal, and what was refused is told beside it.
  const denied = ruled === 'safe_mode' ? findings.find(({ verdict }) => verdict === 'deny') : undefined;
  const also = denied === undefined ? '' : `Refused beside it: ${denied.reason} (rule ${denied.rule})`;
  return [`${reason} (rule ${rule})`, alternative, also].filter((part) => part !== '').join(' ');
}

function denyPlan(reason: string | null): Observation {
  const why = reason === null ? '' : ` They said: ${JSON.stringify(reason)}.`;
  return refuse('plan_denied', `A person read the plan and did not agree.${why} Submit another.`).observation;
}

function deny(reason: string | null): Refused {
  const why = reason === null ? '' : ` They said: ${JSON.stringify(reason)}.`;
  return refuse('approval_denied', `A person was asked and did not agree.${why}`);
}
