import type { CommandContext, CommandDecision } from '@drydock/core';
import { resolveDecision } from '@drydock/core';
import type { CommandAnalyser } from '../analyse-command.ts';
import { findInjection } from '../injection/find-injection.ts';
import { COMMAND_RULES, loadRules } from '../rules/load-rules.ts';
import { PatchScreener } from '../screening/patch-screener.ts';
import { SecondOpinion } from '../shell/second-opinion.ts';
import { readCorpus } from './read-corpus.ts';

/** How one class of the corpus came out. */
export interface PolicyRow {
  readonly corpus: 'hidden' | 'network' | 'benign' | 'patches' | 'injection';
  readonly class: string;
  readonly cases: number;
  /** Named for what they are: privileged, network, the finding they were written for. */
  readonly found: number;
  /** Not allowed, unattended, without grants. */
  readonly stoppedStandard: number;
  readonly stoppedHigh: number;
  /** Those that came out wrong. */
  readonly wrong: readonly string[];
}

export interface PolicyReport {
  readonly rows: readonly PolicyRow[];
}

const CONTEXT: Omit<CommandContext, 'tier'> = {
  attended: false,
  grantedHosts: [],
  networkAllowed: false,
  privilegedGranted: false,
  mode: 'enforce',
};

type Expectation = (standard: CommandDecision, high: CommandDecision) => boolean;

/** `opaque` holds what cannot be named, and must only be stopped in tier high. */
const isStopped: Expectation = (_, high) => high.decision !== 'allow';
const EXPECTATIONS: Readonly<Record<'hidden' | 'network' | 'benign', Expectation>> = {
  hidden: (standard) => standard.privileged,
  network: (standard) => standard.domains.includes('net'),
  benign: (standard) => standard.decision === 'allow',
};

/** Recall and false alarms over the corpus. The same corpus gives the same report. */
export async function measurePolicy(): Promise<PolicyReport> {
  const corpus = readCorpus();
  const analyser = loadRules(COMMAND_RULES, await SecondOpinion.load());
  const rows: PolicyRow[] = [];
  for (const name of ['hidden', 'network', 'benign'] as const) {
    for (const [group, commands] of Object.entries(corpus[name])) {
      const isRight = group === 'opaque' ? isStopped : EXPECTATIONS[name];
      rows.push({ corpus: name, class: group, ...measureCommands(analyser, commands, isRight) });
    }
  }
  return { rows: [...rows, ...measurePatches(analyser, corpus.patches), ...measureTexts(corpus.injection)] };
}

type Counts = Omit<PolicyRow, 'corpus' | 'class'>;

function measureCommands(
  analyser: CommandAnalyser,
  commands: readonly string[],
  isRight: Expectation,
): Counts {
  const decided = commands.map((cmd) => {
    const findings = analyser.analyse(cmd);
    const standard = resolveDecision(findings, { ...CONTEXT, tier: 'standard' });
    return { cmd, standard, high: resolveDecision(findings, { ...CONTEXT, tier: 'high' }) };
  });
  const wrong = decided.filter(({ standard, high }) => !isRight(standard, high)).map(({ cmd }) => cmd);
  return {
    cases: decided.length,
    found: decided.length - wrong.length,
    stoppedStandard: decided.filter(({ standard }) => standard.decision !== 'allow').length,
    stoppedHigh: decided.filter(({ high }) => high.decision !== 'allow').length,
    wrong,
  };
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
