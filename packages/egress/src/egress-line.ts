import type { EgressDecision, EgressReason, EgressRequest } from '@drydock/contracts';
import { EGRESS_FILES } from '@drydock/contracts';
import {
  decideEgress,
  type Clock,
  type EgressRefusal,
  type EgressRule,
  type EgressTarget,
  type EgressVerdict,
} from '@drydock/core';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { createProxyServer } from './create-proxy-server.ts';
import { DecisionJournal } from './decision-journal.ts';
import { JobAuthority } from './job-authority.ts';
import { LiveGrants } from './live-grants.ts';
import { findRoute, type Network, type Route } from './network.ts';
import { Quota, type Direction } from './quota.ts';

export type OpenRequest = Extract<EgressRequest, { type: 'open' }>;
type Allowed = Extract<EgressVerdict, { verdict: 'allow' }>;

/** What was allowed, and how to get there. */
export interface Admission extends Allowed {
  readonly target: EgressTarget;
  readonly route: Route;
  /** Aborts when the grant or the line ends. */
  readonly ended: AbortSignal;
}

/** What all jobs have in common. */
export interface LineServices {
  readonly rules: readonly EgressRule[];
  readonly network: Network;
  readonly clock: Clock;
}

export interface LineListener {
  readonly decided: (decision: EgressDecision) => void;
}

/** The way out of one sandbox: a listening socket that only it can see. What is connected ends with it. */
export class EgressLine {
  readonly grants: LiveGrants;
  readonly quota: Quota;
  readonly authority: JobAuthority;
  readonly services: LineServices;
  readonly idleMs: number;
  readonly #open: OpenRequest;
  readonly #journal: DecisionJournal;
  readonly #end = new AbortController();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(open: OpenRequest, authority: JobAuthority, world: LineServices & LineListener) {
    const { clock, decided } = world;
    const { signal } = this.#end;
    this.#open = open;
    this.services = world;
    this.authority = authority;
    this.idleMs = open.quotas.idleMs;
    this.grants = new LiveGrants(clock);
    this.grants.add(open.grants);
    this.quota = new Quota(open.quotas, (direction) => this.#exhaust(direction));
    this.#journal = new DecisionJournal({ emit: decided, clock, signal });
    this.#server = createProxyServer(this, open.quotas.connections);
  }

  /** Listens in the sandbox's directory. Throws where that cannot be. */
  static async open(request: OpenRequest, world: LineServices & LineListener): Promise<EgressLine> {
    const authority = await JobAuthority.create(world.clock);
    const line = new EgressLine(request, authority, world);
    try {
      await line.#listen();
      return line;
    } catch (error) {
      await line.close();
      throw error;
    }
  }

  /** Aborts when the line is closed. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** Whether commands inside have to trust more than the image does. */
  get needsTrust(): boolean {
    return this.grants.withInjection || this.services.network.extraCa !== undefined;
  }

  /** Decides, takes a use of the grant and finds the way. A refusal is told by `refuse`, by whoever answers it. */
  async admit(target: EgressTarget, signal: AbortSignal): Promise<Admission | EgressRefusal> {
    const { rules, network, clock } = this.services;
    if (this.quota.exceeded !== undefined) return { verdict: 'deny', reason: 'egress_quota' };
    const verdict = decideEgress(target, { rules, grants: this.grants.all, now: clock.now() });
    if (verdict.verdict === 'deny') return verdict;
    const granted = this.grants.use(verdict.grant.id);
    const route = await findRoute(target, { allowPrivate: verdict.allowPrivate, network }, signal);
    if ('verdict' in route) return route;
    return { ...verdict, target, route, ended: AbortSignal.any([signal, granted]) };
  }

  /** Tells that something was allowed. */
  tellAllowed({ target, grant }: Pick<Admission, 'target' | 'grant'>): void {
    const { host, port, method } = target;
    this.#journal.record({
      verdict: 'allow',
      reason: 'granted',
      target: `${host}:${port}`,
      method,
      grantId: grant.id,
    });
  }

  /** Tells that something was refused; `target` is what was asked for, as it was written. */
  tellRefused(
    asked: { readonly target: string; readonly method: string },
    { reason, detail }: { readonly reason: EgressReason; readonly detail?: string | undefined },
  ): void {
    this.#journal.record({
      verdict: 'deny',
      reason,
      target: printable(asked.target),
      method: printable(asked.method).slice(0, 20),
      ...(detail === undefined ? {} : { detail: printable(detail) }),
    });
  }

  /** Owns a connection of the sandbox from its first byte. */
  adopt(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setTimeout(this.idleMs);
    socket.on('timeout', () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#sockets.delete(socket));
  }

  /** Cuts everything and removes the socket. */
  async close(): Promise<void> {
    this.#end.abort(new Error('the line is closed'));
    this.grants.revoke(this.grants.all.map(({ grant }) => grant.id));
    this.#cut();
    this.#journal.flush();
    if (this.#server.listening) {
      this.#server.close();
      await once(this.#server, 'close');
    }
    for (const name of Object.values(EGRESS_FILES)) await rm(join(this.#open.dir, name), { force: true });
  }

  async #listen(): Promise<void> {
    const { dir } = this.#open;
    const { extraCa = '' } = this.services.network;
    const own = `${this.authority.certificate}${extraCa}\n`;
    await writeFile(join(dir, EGRESS_FILES.jobCa), own, { mode: 0o644 });
    await writeFile(join(dir, EGRESS_FILES.trustBundle), `${own}${rootCertificates.join('\n')}\n`, {
      mode: 0o644,
    });
    const path = join(dir, EGRESS_FILES.socket);
    // What a gateway left that was killed.
    await rm(path, { force: true });
    this.#server.listen(path);
    await once(this.#server, 'listening', { signal: this.signal });
    // The directory is seen by this sandbox only, and every uid in it may ask.
    await chmod(path, 0o666);
  }

  #exhaust(direction: Direction): void {
    const { bytesUp, bytesDown } = this.#open.quotas;
    const [limit, word] = direction === 'up' ? [bytesUp, 'sent'] : [bytesDown, 'received'];
    this.tellRefused(
      { target: '', method: '' },
      { reason: 'egress_quota', detail: `${limit} bytes ${word}` },
    );
    // Not from inside the stream that noticed: it has to end by itself first.
    queueMicrotask(() => this.#cut());
  }

  #cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

const MAX_WORDS = 200;

function printable(text: string): string {
  return text.slice(0, MAX_WORDS).replaceAll(/[^\u0020-\u007e]/g, '?');
}
