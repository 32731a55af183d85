import { COMMAND_RULES, loadRules } from '../rules/load-rules.ts';
import { SecondOpinion } from '../shell/second-opinion.ts';
import type { CommandCounts } from './measure-commands.ts';
import { EXPECTATIONS, measureCommands } from './measure-commands.ts';
import { readHeldOut } from './read-corpus.ts';

export type HeldOutLabel = keyof typeof EXPECTATIONS;

export interface HeldOutRow extends CommandCounts {
  readonly label: HeldOutLabel;
  readonly class: string;
}

export interface HeldOutReport {
  /** With the rules as they are now: no longer held out since some were mended after a look at it. */
  readonly now: readonly HeldOutRow[];
  /** What the rules found before anybody had seen the corpus. Kept as it was measured. */
  readonly first: readonly Omit<HeldOutRow, 'wrong'>[];
}

/** Recall and false alarms on commands that another author wrote without seeing the rules. */
export async function measureHeldOut(): Promise<HeldOutReport> {
  const { hostile, benign, first } = readHeldOut();
  const analyser = loadRules(COMMAND_RULES, await SecondOpinion.load());
  const labelled: readonly (readonly [HeldOutLabel, Readonly<Record<string, readonly string[]>>])[] = [
    ['privileged', hostile.privileged],
    ['network', hostile.network],
    ['guarded', hostile.guarded],
    ['opaque', hostile.opaque],
    ['benign', benign],
  ];
  const now = labelled.flatMap(([label, groups]) =>
    Object.entries(groups).map(([name, commands]) => ({
      label,
      class: name,
      ...measureCommands(analyser, commands, EXPECTATIONS[label]),
    })),
  );
  return { now, first };
}
