import type { EgressDecision, EgressGrant, JobSpec, ToolUseGrant } from '@drydock/contracts';
import { DrydockError } from '@drydock/core';
import type { EgressLine, EgressOptions } from '@drydock/sandbox';
import type { OpenedSecret } from './secret-vault.ts';

/** Denials of one command that the model is told of; the events have them all. */
const MAX_TOLD = 10;
/** What every grant lets through; others come beside them. */
const READING = ['GET', 'HEAD'];

export interface JobEgressOptions {
  readonly approval: JobSpec['tool_use_approval'];
  /** Secrets that grants name, opened. */
  readonly secrets: ReadonlyMap<string, OpenedSecret>;
  readonly open: (
    options: Pick<EgressOptions, 'grants' | 'onDecision' | 'onAvailability'>,
    signal: AbortSignal,
  ) => Promise<EgressLine>;
  readonly onDecision: (decision: EgressDecision) => void;
  readonly onAvailability: (state: 'lost' | 'back') => void;
}

/**
 * A job's way out, as far as its caller or a person approved of it. A job without approval has none: no line is opened,
 * and its commands find no proxy.
 */
export class JobEgress implements AsyncDisposable {
  readonly #options: JobEgressOptions;
  readonly #granted = new Map<string, EgressGrant>();
  #line: EgressLine | undefined;
  #denied: string[] = [];
  #lastId = 0;

  constructor(options: JobEgressOptions) {
    this.#options = options;
    for (const grant of toGrants(options)) this.#granted.set(grant.id, grant);
  }

  get isOpen(): boolean {
    return this.#line !== undefined;
  }

  /** What may be reached now. */
  get hosts(): readonly string[] {
    return [...new Set([...this.#granted.values()].map(({ host }) => host))];
  }

  get environment(): Readonly<Record<string, string>> {
    return this.#line?.environment ?? {};
  }

  /** Opens it for a job that may ever use it. Throws `egress_unavailable` where there is no gateway. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#options.approval === false) return;
    const grants = [...this.#granted.values()];
    const { onAvailability } = this.#options;
    this.#line = await this.#options.open({ grants, onDecision: this.#note, onAvailability }, signal);
  }

  /** Lets hosts be reached until it is disposed of, or until the attempt ends. */
  grant(hosts: readonly string[], methods: readonly string[]): Disposable {
    const grants = hosts.map((host): EgressGrant => {
      this.#lastId += 1;
      const id = `approval-${this.#lastId}`;
      return methods.length === 0
        ? { id, host }
        : { id, host, methods: [...new Set([...READING, ...methods])] };
    });
    for (const grant of grants) this.#granted.set(grant.id, grant);
    this.#line?.grant(grants);
    return { [Symbol.dispose]: () => this.#revoke(grants.map(({ id }) => id)) };
  }

  /** What was refused since this was asked, for the model. */
  takeDenials(): readonly string[] {
    const denied = this.#denied;
    this.#denied = [];
    return denied;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#line?.[Symbol.asyncDispose]();
    this.#line = undefined;
  }

  #revoke(ids: readonly string[]): void {
    for (const id of ids) this.#granted.delete(id);
    this.#line?.revoke(ids);
  }

  readonly #note = (decision: EgressDecision): void => {
    this.#options.onDecision(decision);
    if (decision.verdict === 'allow' || this.#denied.length >= MAX_TOLD) return;
    const { target, reason, detail } = decision;
    this.#denied.push(`egress_denied: ${target} (${reason}${detail === undefined ? '' : `, ${detail}`}).`);
  };
}

function toGrants({ approval, secrets }: Pick<JobEgressOptions, 'approval' | 'secrets'>): EgressGrant[] {
  if (approval === false || approval === 'ask') return [];
  if (approval === true) return [{ id: 'all', host: '*' }];
  return approval.grants.map((grant, index) => toGrant(grant, `grant-${index + 1}`, secrets));
}

function toGrant(
  { host, port, methods, ttl_seconds: ttlSeconds, max_uses: maxUses, inject }: ToolUseGrant,
  id: string,
  secrets: JobEgressOptions['secrets'],
): EgressGrant {
  return {
    id,
    host,
    ...(port === undefined ? {} : { port }),
    ...(methods === undefined ? {} : { methods }),
    ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
    ...(maxUses === undefined ? {} : { maxUses }),
    ...(inject === undefined ? {} : { inject: toInjected(host, inject, secrets) }),
  };
}

/** Throws `secrets_unavailable` where the secret is not meant for that host. */
function toInjected(
  host: string,
  { header, secret: name, prefix }: NonNullable<ToolUseGrant['inject']>,
  secrets: JobEgressOptions['secrets'],
): NonNullable<EgressGrant['inject']> {
  const secret = secrets.get(name);
  if (secret === undefined || !secret.hosts.includes(host)) {
    const message = `The secret ${name} may not be sent to ${host}: its own hosts do not name it.`;
    throw new DrydockError('secrets_unavailable', { message });
  }
  return { header: header.toLowerCase(), secret: prefix + secret.value.reveal() };
}
