import type { JobSpec, Observation, Plan, Submission, Warning } from '@drydock/contracts';
import type { Sandbox } from '@drydock/core';
import { changesFiles, findMentions } from '@drydock/core';
import { detectChecks, gatherRepoFacts } from '@drydock/verification';
import type { RunsSinceEdit } from '../conversation/runs-since-edit.ts';
import { findRedChecks } from './find-red-checks.ts';
import { findUnresolved } from './find-unresolved.ts';
import { findUnusableMutations } from './find-unusable-mutations.ts';
import { normaliseSubmission } from './normalise-submission.ts';

interface SubmissionDeskOptions {
  readonly spec: Pick<JobSpec, 'kind' | 'checks'>;
  readonly sandbox: Pick<Sandbox, 'readFile' | 'listDir'>;
  readonly sinceEdit: Pick<RunsSinceEdit, 'runs' | 'hasUncheckedEdits'>;
  readonly warn: (warning: Warning) => void;
}

export type Admission =
  | { readonly kind: 'admitted'; readonly submission: Submission }
  | { readonly kind: 'refused'; readonly observation: Observation };

/** What is wrong with a submission: told to the model the first time, and to people where it stands the second time. */
interface Objection {
  readonly reason: 'references_unresolved' | 'mutations_unusable' | 'red_checks';
  /** To the model: what is wrong and what to do. */
  readonly message: string;
  /** Absent where the verification tells of it. */
  readonly warning?: Warning;
}

/** Of the places and commands in one message. */
const MAX_NAMED = 20;
const MAX_NAME_CHARS = 300;

/**
 * Looks at what the model hands in before it is taken. Every reason refuses a submission once: the model repairs it, or
 * says that it stands as it is. So it can refuse three times at most, and never lasts.
 */
export class SubmissionDesk {
  readonly #options: SubmissionDeskOptions;
  readonly #told = new Set<Objection['reason']>();

  constructor(options: SubmissionDeskOptions) {
    this.#options = options;
  }

  /** Throws only when the sandbox is gone. */
  async admit(written: Submission, plan: Plan | null, signal: AbortSignal): Promise<Admission> {
    const submission = normaliseSubmission(written);
    const objections = [
      ...(await this.#checkPlaces(submission, signal)),
      ...(await this.#checkMutations(submission, signal)),
      ...(await this.#checkRuns(submission, plan, signal)),
    ];
    const [news] = objections.filter(({ reason }) => !this.#told.has(reason));
    if (news !== undefined) {
      for (const { reason } of objections) this.#told.add(reason);
      const message = objections.map((objection) => objection.message).join('\n');
      return { kind: 'refused', observation: { kind: 'refused', reason: news.reason, message } };
    }
    this.#warn(objections);
    return { kind: 'admitted', submission };
  }

  #warn(objections: readonly Objection[]): void {
    const { spec, sinceEdit, warn } = this.#options;
    for (const { warning } of objections) if (warning !== undefined) warn(warning);
    if (changesFiles(spec.kind) && sinceEdit.hasUncheckedEdits) warn(UNCHECKED);
  }

  /** The places of findings and references, and in an explanation those of its words, are in the workspace. */
  async #checkPlaces(submission: Submission, signal: AbortSignal): Promise<Objection[]> {
    const { spec, sandbox } = this.#options;
    if (changesFiles(spec.kind)) return [];
    const { findings = [], references = [], summary } = submission;
    const mentions = spec.kind === 'explain' ? findMentions(summary) : [];
    const unresolved = await findUnresolved(sandbox, [...findings, ...references, ...mentions], signal);
    if (unresolved.length === 0) return [];
    const named = nameSome(unresolved);
    return [
      {
        reason: 'references_unresolved',
        message: `Not submitted yet: these places are not in the workspace: ${named}. Look them up, and call submit again with the right ones, or without them.`,
        warning: {
          code: 'references_unresolved',
          message: `These places are not in the workspace: ${named}.`,
        },
      },
    ];
  }

  async #checkMutations({ mutations = [] }: Submission, signal: AbortSignal): Promise<Objection[]> {
    const { spec, sandbox } = this.#options;
    if (spec.kind !== 'test' || mutations.length === 0) return [];
    // What the patch adds is known later, and told then.
    const judge = { namedPaths: [], addedPaths: [] };
    const unusable = await findUnusableMutations(sandbox, { mutations, judge }, signal);
    if (unusable.length === 0) return [];
    const message = `Not submitted yet: these mutations cannot be run: ${nameSome(unusable)}. Call submit again with others; the text of find must be in the file exactly once.`;
    return [{ reason: 'mutations_unusable', message }];
  }

  /** The newest run of a check after the last edit ended well, or the submission says that it did not. */
  async #checkRuns(
    { checks: claims = [] }: Submission,
    plan: Plan | null,
    signal: AbortSignal,
  ): Promise<Objection[]> {
    const { spec, sandbox, sinceEdit } = this.#options;
    const { runs } = sinceEdit;
    if (!changesFiles(spec.kind) || ![...runs.values()].some(({ passed }) => !passed)) return [];
    const { test, lint } = detectChecks(await gatherRepoFacts(sandbox, signal), spec.checks);
    const checks = [...[...test, ...lint].map(({ command }) => command), ...(plan?.checks ?? [])];
    const red = findRedChecks({ runs, checks, claims });
    if (red.length === 0) return [];
    const named = nameSome(red.map(({ command, result }) => `\`${command}\` (${result})`));
    return [
      {
        reason: 'red_checks',
        message: `Not submitted yet: since your last edit these checks did not end well, and \`checks\` does not say so: ${named}. Repair what is wrong and run them again. Where that cannot be, or they failed before your change too, call submit again with the outcome failed for each, and say why in the summary.`,
        warning: {
          code: 'red_checks',
          message: `Submitted although these checks did not end well: ${named}.`,
        },
      },
    ];
  }
}

const UNCHECKED: Warning = {
  code: 'unchecked_submission',
  message: 'The agent ran no command after its last edit: it has not checked what it hands in.',
};

function nameSome(names: readonly string[]): string {
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
  const some = names.slice(0, MAX_NAMED).map((name) => name.slice(0, MAX_NAME_CHARS).toWellFormed());
  return `${some.join(', ')}${more}`;
}
