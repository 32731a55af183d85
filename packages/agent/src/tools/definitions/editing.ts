import type { ToolDefinition } from '@drydock/contracts';
import { APPLY_PATCH_GRAMMAR } from '../apply-patch-grammar.ts';

export const APPLY_PATCH = {
  form: 'freeform',
  name: 'apply_patch',
  description:
    'Edits files with a patch, all or nothing. This is a FREEFORM tool: give the patch itself, not JSON. Paths are relative to the workspace.',
  grammar: { syntax: 'lark', definition: APPLY_PATCH_GRAMMAR },
  asFunction: `Edits files with a patch, all or nothing. Paths are relative to the workspace.
The patch is lines of text: "*** Begin Patch", one or more files, "*** End Patch". A file is one of
"*** Add File: <path>", then its lines, each with "+" before it;
"*** Delete File: <path>";
"*** Update File: <path>", then "*** Move to: <new path>" if it is renamed, then changes. A change begins with "@@", or with "@@ " and a line above it, such as a function's header, where the place would not be clear; then come lines with " " before them for context, "-" for what goes and "+" for what comes. Give three lines of context above and below. "*** End of File" ends a change at the file's end.`,
} as const satisfies ToolDefinition;
