import type { MonitorDeps } from './deps.ts';
import type { Sweep } from './sweep.ts';
import { createAuditDrift } from './sweeps/audit-drift.ts';
import { createDeliverWebhooks } from './sweeps/deliver-webhooks.ts';
import { createDispatchOutbox } from './sweeps/dispatch-outbox.ts';
import { createEnforceDeadlines } from './sweeps/enforce-deadlines.ts';
import { createExpireApprovals } from './sweeps/expire-approvals.ts';
import { createExpireAttempts } from './sweeps/expire-attempts.ts';
import { createExportGauges } from './sweeps/export-gauges.ts';
import { createKeepAudit } from './sweeps/keep-audit.ts';
import { createRemoveAudit } from './sweeps/remove-audit.ts';
import { createRemoveArtifacts } from './sweeps/remove-artifacts.ts';
import { createRemoveJobs } from './sweeps/remove-jobs.ts';

/** Every duty of a monitor but the reaping of sandboxes, which has a last pass of its own. */
export function createDuties(deps: MonitorDeps): Sweep[] {
  return [
    createDispatchOutbox(deps),
    createExpireAttempts(deps),
    createExpireApprovals(deps),
    createEnforceDeadlines(deps),
    createAuditDrift(deps),
    createExportGauges(deps),
    createRemoveJobs(deps),
    createRemoveArtifacts(deps),
    createKeepAudit(deps),
    createRemoveAudit(deps),
    createDeliverWebhooks(deps),
  ];
}
