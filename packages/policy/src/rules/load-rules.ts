import { DrydockError } from '@drydock/core';
import { CommandAnalyser } from '../analyse-command.ts';
import type { SecondOpinion } from '../shell/second-opinion.ts';
import type { CommandRule } from './command-rule.ts';
import { GUARDED_RULES } from './guarded-rules.ts';
import { NETWORK_RULES } from './network-rules.ts';
import { PRIVILEGED_RULES } from './privileged-rules.ts';

export const COMMAND_RULES: readonly CommandRule[] = [
  ...PRIVILEGED_RULES,
  ...NETWORK_RULES,
  ...GUARDED_RULES,
];

/** An analyser whose rules hold what their examples promise. Throws `internal_error` naming the first that does not. */
export function loadRules(rules: readonly CommandRule[], opinion: SecondOpinion): CommandAnalyser {
  const analyser = new CommandAnalyser(rules, opinion);
  for (const rule of rules) checkExamples(rule, analyser);
  return analyser;
}

function checkExamples({ id, match, notMatch }: CommandRule, analyser: CommandAnalyser): void {
  const finds = (cmd: string): boolean => analyser.analyse(cmd).some(({ rule }) => rule === id);
  const missed = match.find((cmd) => !finds(cmd));
  const wrong = notMatch.find(finds);
  if (match.length === 0 || notMatch.length === 0)
    throw new DrydockError('internal_error', { message: `Rule ${id} has no examples.` });
  if (missed !== undefined)
    throw new DrydockError('internal_error', { message: `Rule ${id} does not match \`${missed}\`.` });
  if (wrong !== undefined)
    throw new DrydockError('internal_error', { message: `Rule ${id} matches \`${wrong}\`.` });
}
