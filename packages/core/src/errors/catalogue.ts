import type { Blame, ErrorCode } from '@drydock/contracts';
import { CALLER_ERRORS } from './caller-errors.ts';
import type { ErrorRow, ErrorRows } from './error-row.ts';
import { MODEL_ERRORS } from './model-errors.ts';
import { PLATFORM_ERRORS } from './platform-errors.ts';
import { SANDBOX_ERRORS } from './sandbox-errors.ts';

type CatalogueRow = ErrorRow & { readonly blame: Blame };

/** Every error code, once: one file for each who can be to blame. `docs/errors.md` is generated from this table. */
export const ERROR_CATALOGUE: Readonly<Record<ErrorCode, CatalogueRow>> = {
  ...blaming('caller', CALLER_ERRORS),
  ...blaming('model', MODEL_ERRORS),
  ...blaming('sandbox', SANDBOX_ERRORS),
  ...blaming('platform', PLATFORM_ERRORS),
};

function blaming<Rows extends ErrorRows>(
  blame: Blame,
  rows: Rows,
): { readonly [Code in keyof Rows]: CatalogueRow } {
  const blamed = Object.entries(rows).map(([code, row]) => [code, { blame, ...row }] as const);
  return Object.fromEntries(blamed) as { readonly [Code in keyof Rows]: CatalogueRow };
}
