import { createHash } from 'node:crypto';
import type { ApprovalRequest, ExecCommandArgs, Plan, RequestPermissionsArgs } from '@drydock/contracts';
import { EgressHostPattern } from '@drydock/contracts';
import type { CommandDecision } from '@drydock/core';

/** What the model wants to run, as it would run. */
export interface GatedCall {
  readonly callId: string;
  readonly tool: string;
  readonly cmd: string;
  readonly workdir: string;
}

export type Wish = Pick<ApprovalRequest, 'hosts' | 'methods'>;

/** As many as one question may name. */
const MAX_HOSTS = 32;

/** What the model asks for beside what its command needs. */
export function findWish({
  sandbox_permissions: asked,
  additional_permissions: wished,
}: ExecCommandArgs): Wish {
  const network = asked === 'use_default' ? undefined : wished?.network;
  return { hosts: network?.hosts ?? [], methods: network?.methods ?? [] };
}

/** The question about a command: bound to what would run, where it would reach, and how. */
export function askAboutCommand(
  { callId, tool, cmd, workdir }: GatedCall,
  decision: Pick<CommandDecision, 'rule' | 'reason' | 'hosts'>,
  args: ExecCommandArgs,
): ApprovalRequest {
  const wish = findWish(args);
  const hosts = [...new Set([...decision.hosts, ...wish.hosts])];
  return {
    call_id: callId,
    tool,
    cmd,
    call_sha256: digestOf([tool, cmd, workdir], { ...wish, hosts }),
    hosts,
    methods: wish.methods,
    rule: decision.rule,
    reason: decision.reason.slice(0, 1_000),
    justification: args.justification ?? null,
  };
}

/** The question about hosts, before there is a command. */
export function askAboutHosts(
  callId: string,
  { permissions: { network }, reason }: RequestPermissionsArgs,
): ApprovalRequest {
  const tool = 'request_permissions';
  const wish = { hosts: network?.hosts ?? [], methods: network?.methods ?? [] };
  return {
    call_id: callId,
    tool,
    cmd: null,
    call_sha256: digestOf([tool], wish),
    ...wish,
    rule: tool,
    reason: 'The model asks to reach these hosts for as long as its sandbox lives.',
    justification: reason ?? null,
  };
}

/** The question about a plan. */
export function askAboutPlan(callId: string, plan: Plan): ApprovalRequest {
  const tool = 'submit_plan';
  return {
    call_id: callId,
    tool,
    cmd: null,
    call_sha256: digestOf([tool, JSON.stringify(plan)], { hosts: [], methods: [] }),
    hosts: [],
    methods: [],
    rule: 'plan_approval',
    reason: 'The job carries out no plan that nobody has approved.',
    justification: null,
    plan,
  };
}

/**
 * Why nobody can be asked about these hosts; undefined where somebody can. Hosts of a command are what stood in its
 * text: what the gateway could not grant is not shown to a person, and neither is `*`, which is every host.
 */
export function findUnaskable(hosts: readonly string[]): string | undefined {
  if (hosts.length > MAX_HOSTS) return `A person is asked about ${MAX_HOSTS} hosts at once at most.`;
  const odd = hosts.find((host) => host === '*' || !EgressHostPattern.safeParse(host).success);
  return odd === undefined ? undefined : `${JSON.stringify(odd.slice(0, 100))} is not the name of a host.`;
}

/** What an approval is good for, and nothing else: another method is another question. */
function digestOf(call: readonly string[], { hosts, methods }: Wish): string {
  const bound = [call, hosts.toSorted(), methods.toSorted()];
  return createHash('sha256').update(JSON.stringify(bound)).digest('hex');
}
