import type { Checkpoint, Plan, Stage, Submission } from '@drydock/contracts';

/** How far a conversation has come: what the plan tools change, and everything else goes by. */
export class StageProgress {
  stage: Stage;
  plan: Plan | null;
  submission: Submission | undefined;
  /** Whether the code that runs may write to the workspace. */
  isWritable = false;

  constructor(resumed?: Pick<Checkpoint, 'stage' | 'plan' | 'submission'>) {
    this.stage = resumed?.stage ?? 'planning';
    this.plan = resumed?.plan ?? null;
    this.submission = resumed?.submission ?? undefined;
  }
}
