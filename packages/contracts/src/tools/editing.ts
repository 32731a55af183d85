import { z } from 'zod';

const Patch = z.string().min(1).max(900_000);

/** A patch as it is to be applied. */
export interface PatchCall {
  readonly patch: string;
  /** What its paths are relative to; absent: the workspace. */
  readonly workdir?: string;
}

/** Arguments of `apply_patch`: its whole input is the patch, or `{ input }` for models that take functions alone. */
export const ApplyPatchArgs = z.union([
  Patch.transform((patch): PatchCall => ({ patch })),
  z.object({ input: Patch }).transform(({ input }): PatchCall => ({ patch: input })),
]);
