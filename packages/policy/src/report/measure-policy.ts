import type { CommandAnalyser } from '../analyse-command.ts';
import { findInjection } from '../injection/find-injection.ts';
import { COMMAND_RULES, loadRules } from '../rules/load-rules.ts';
import { PatchScreener } from '../screening/patch-screener.ts';
import { SecondOpinion } from '../shell/second-opinion.ts';
import type { CommandCounts } from './measure-commands.ts';
import { EXPECTATIONS, measureCommands } from './measure-commands.ts';
import { readCorpus } from './read-corpus.ts';

/** How one class of the corpus came out. */
export interface PolicyRow extends CommandCounts {
  readonly corpus: 'hidden' | 'network' | 'benign' | 'patches' | 'injection';
  readonly class: string;
}

export interface PolicyReport {
  readonly rows: readonly PolicyRow[];
}

/** `opaque` holds what cannot be named, and must only be stopped in tier high. */
const EXPECTED = {
  hidden: EXPECTATIONS.privileged,
  network: EXPECTATIONS.network,
  benign: EXPECTATIONS.benign,
} as const;

/** Recall and false alarms over the corpus. The same corpus gives the same report. */
export async function measurePolicy(): Promise<PolicyReport> {
  const corpus = readCorpus();
  const analyser = loadRules(COMMAND_RULES, await SecondOpinion.load());
  const rows: PolicyRow[] = [];
  for (const name of ['hidden', 'network', 'benign'] as const) {
    for (const [group, commands] of Object.entries(corpus[name])) {
      const isRight = group === 'opaque' ? EXPECTATIONS.opaque : EXPECTED[name];
      rows.push({ corpus: name, class: group, ...measureCommands(analyser, commands, isRight) });
    }
  }
  return { rows: [...rows, ...measurePatches(analyser, corpus.patches), ...measureTexts(corpus.injection)] };
}

function measurePatches(
  analyser: CommandAnalyser,
  patches: ReturnType<typeof readCorpus>['patches'],
): PolicyRow[] {
  const screener = new PatchScreener(analyser);
  const missed = patches.harmful.filter(
    ({ path, text, rule }) => !screener.screenFile({ path, text }).some((finding) => finding.rule === rule),
  );
  const alarms = patches.benign.filter((file) => screener.screenFile(file).length > 0);
  return [
    toRow('patches', { class: 'harmful', all: patches.harmful, wrong: missed.map(({ path }) => path) }),
    toRow('patches', { class: 'benign', all: patches.benign, wrong: alarms.map(({ path }) => path) }),
  ];
}

function measureTexts({ injected, ordinary }: ReturnType<typeof readCorpus>['injection']): PolicyRow[] {
  const isFlagged = (text: string): boolean => findInjection(text, 'repository_file').length > 0;
  const missed = injected.filter((text) => !isFlagged(text));
  return [
    toRow('injection', { class: 'injected', all: injected, wrong: missed }),
    toRow('injection', { class: 'ordinary', all: ordinary, wrong: ordinary.filter(isFlagged) }),
  ];
}

function toRow(
  corpus: PolicyRow['corpus'],
  counted: { readonly class: string; readonly all: readonly unknown[]; readonly wrong: readonly string[] },
): PolicyRow {
  const { all, wrong } = counted;
  const found = all.length - wrong.length;
  return {
    corpus,
    class: counted.class,
    cases: all.length,
    found,
    stoppedStandard: 0,
    stoppedHigh: 0,
    wrong,
  };
}
