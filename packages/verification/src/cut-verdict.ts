import type { ChecksVerdict, Warning } from '@drydock/contracts';
import { MAX_ID_CHARS, cutText } from './cut-text.ts';

/** What a job's result lists at most: it is in the job's record, and every answer about the job carries it. */
const MAX_IDS = 1_000;
const MAX_FINDINGS = 200;

const ID_LISTS = ['fail_to_pass', 'pass_to_pass', 'regressions', 'added_pass'] as const;

interface CutVerdict {
  readonly verdict: ChecksVerdict;
  readonly warnings: readonly Warning[];
}

/** The verdict as a result holds it, with a warning that has the full counts. Whatever is decided is decided before. */
export function cutVerdict(verdict: ChecksVerdict): CutVerdict {
  const { lint } = verdict;
  const cut = {
    ...verdict,
    ...Object.fromEntries(ID_LISTS.map((list) => [list, cutIds(verdict[list])])),
    lint: lint === null ? null : { ...lint, new: lint.new.slice(0, MAX_FINDINGS) },
  };
  const lists = [
    ...ID_LISTS.map((list) => ({ list, count: verdict[list].length, max: MAX_IDS })),
    { list: 'lint.new', count: lint?.new.length ?? 0, max: MAX_FINDINGS },
  ].filter(({ count, max }) => count > max);
  return { verdict: cut, warnings: lists.length === 0 ? [] : [toWarning(lists)] };
}

function toWarning(lists: readonly { list: string; count: number; max: number }[]): Warning {
  const counts = lists.map(({ list, count, max }) => `${list} names ${max} of ${count}`).join(', ');
  return {
    code: 'results_cut',
    message: `The result is cut, and before.json and after.json have all of it: ${counts}.`,
  };
}

const cutIds = (ids: readonly string[]): string[] =>
  ids.slice(0, MAX_IDS).map((id) => cutText(id, MAX_ID_CHARS));
