import type { Checkpoint, JobSpec, Plan, Stage, Submission } from '@drydock/contracts';
import { hasChangeToProve } from '@drydock/core';

/** How far a conversation has come: what the plan tools change, and everything else goes by. */
export class StageProgress {
  stage: Stage;
  plan: Plan | null;
  submission: Submission | undefined;
  /** Whether the code that runs may write to the workspace. */
  isWritable: boolean;

  constructor(
    spec: Pick<JobSpec, 'kind' | 'plan_only'>,
    resumed?: Pick<Checkpoint, 'stage' | 'plan' | 'submission'>,
  ) {
    this.isWritable = resumed?.stage === 'running' && hasChangeToProve(spec);
    this.stage = resumed?.stage ?? 'planning';
    this.plan = resumed?.plan ?? null;
    this.submission = resumed?.submission ?? undefined;
  }
}
