import type { ToolDefinition } from '@drydock/contracts';
import { APPLY_PATCH_GRAMMAR } from '../apply-patch-grammar.ts';

export const APPLY_PATCH = {
  form: 'freeform',
  name: 'apply_patch',
  description:
    'Edits files with a patch, all or nothing. This is a FREEFORM tool: give the patch itself, not JSON. Paths are relative to the workspace.',
  grammar: { syntax: 'lark', definition: APPLY_PATCH_GRAMMAR },
} as const satisfies ToolDefinition;
