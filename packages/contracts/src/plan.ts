import { z } from 'zod';

const Line = z.string().min(1).max(2_000);

/** What the reasoning stage must produce: the argument of the tool `submit_plan`. */
export const Plan = z.object({
  steps: z.array(Line).min(1).max(50),
  files: z.array(Line).max(200),
  checks: z.array(Line).max(50),
  risks: z.array(Line).max(50),
  /** What was taken for granted where the task left it open. */
  assumptions: z.array(Line).max(50).default([]),
});
export type Plan = z.infer<typeof Plan>;

export const PlanStepStatus = z.enum(['pending', 'in_progress', 'completed']);

/** The live plan: the argument of the tool `update_plan`, as Codex models are trained on it. */
export const PlanUpdate = z.object({
  explanation: z.string().max(4_000).optional(),
  plan: z
    .array(z.object({ step: Line, status: PlanStepStatus }))
    .min(1)
    .max(50),
});
export type PlanUpdate = z.infer<typeof PlanUpdate>;
