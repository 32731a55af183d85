import type { AuditAction, AuditData, JobId, WorkerId } from '@drydock/contracts';
import type { AuditLog } from '@drydock/core';
import type { Logger } from '@drydock/service-kit';

/** Notes of one attempt: a hostile sandbox decides how often it is refused, not how long the log is. */
const MAX_NOTES = 50;
const MAX_TEXT_CHARS = 256;

interface JobAuditDeps {
  readonly audit: Pick<AuditLog, 'append'>;
  readonly workerId: WorkerId;
  readonly log: Logger;
}

/** Puts on record what was decided for one job, each kind of decision once. */
export class JobAudit {
  readonly #deps: JobAuditDeps;
  readonly #jobId: JobId;
  readonly #noted = new Set<string>();

  constructor(deps: JobAuditDeps, jobId: JobId) {
    this.#deps = deps;
    this.#jobId = jobId;
  }

  /** Never throws: what was decided holds, whether or not it could be noted. The events of the job have it too. */
  note(action: AuditAction, data: Readonly<Record<string, string>>): void {
    const cut = Object.entries(data).map(([key, text]) => [key, text.slice(0, MAX_TEXT_CHARS)] as const);
    const entry: AuditData = Object.fromEntries(cut);
    const key = JSON.stringify([action, entry]);
    if (this.#noted.has(key) || this.#noted.size >= MAX_NOTES) return;
    this.#noted.add(key);
    const { audit, workerId, log } = this.#deps;
    const actor = { type: 'worker', id: workerId } as const;
    audit
      .append([{ action, actor, subject: { job_id: this.#jobId }, data: entry }])
      .catch((err: unknown) => log.warn('audit.not_noted', { jobId: this.#jobId, action, err }));
  }
}
