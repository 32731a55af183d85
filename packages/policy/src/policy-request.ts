import type { CommandFinding } from '@drydock/core';
import type { ScreenedFile } from './screening/screen-file.ts';
import type { ScreeningFinding } from '@drydock/contracts';

/** What the policy thread is asked, by kind. */
export type PolicyRequest =
  | { readonly kind: 'command'; readonly cmd: string; readonly shell: string }
  | { readonly kind: 'patch'; readonly diff: Uint8Array }
  | { readonly kind: 'file'; readonly file: ScreenedFile };

/** What it answers; `ready` comes once, before it is asked. */
export type PolicyReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'command'; readonly findings: readonly CommandFinding[] }
  | { readonly kind: 'screened'; readonly findings: readonly ScreeningFinding[] };
