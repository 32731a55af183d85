import type { CommandFinding } from '@drydock/core';
import { closeField, isOpen, showField } from '../shell/field.ts';
import { plainProgram } from '../unwrap/unwrap-command.ts';
import type { CommandRule } from './command-rule.ts';
import { findHosts } from './find-hosts.ts';
import type { ShownCommand } from './shown-command.ts';

const WRITES = new Set(['>', '>>', '>|', '&>', '&>>', '<>', '>&']);

/** What the rule says about a command; undefined where it does not apply. */
export function matchRule(rule: CommandRule, command: ShownCommand): CommandFinding | undefined {
  if (!fitsProgram(rule, command.word)) return undefined;
  const targets = targetsOf(rule, command);
  if (!fitsText(rule, command) || (rule.redirect !== undefined && targets.length === 0)) return undefined;
  const { argv, span } = command;
  const words = rule.redirect === undefined ? argv.slice(1) : targets;
  const hosts = rule.hosts === undefined ? [] : findHosts(rule.hosts, words);
  if (hosts === undefined) return undefined;
  const { id, domain, reason, alternative } = rule;
  return { rule: id, class: rule.class, domain, argv, span, reason, alternative, hosts };
}

function targetsOf({ redirect, reads = false }: CommandRule, { redirects }: ShownCommand): string[] {
  if (redirect === undefined) return [];
  return redirects
    .filter(({ operator, target }) => (reads || WRITES.has(operator)) && redirect.test(target))
    .map(({ target }) => target);
}

function fitsText({ args, unless, assignment }: CommandRule, command: ShownCommand): boolean {
  return (
    (args === undefined || args.test(command.args)) &&
    (unless === undefined || !unless.test(command.args)) &&
    (assignment === undefined || command.assignments.some((text) => assignment.test(text)))
  );
}

/** A name that the shell has still to complete fits where it could become the program's. */
function fitsProgram(rule: CommandRule, word: string): boolean {
  if (rule.programs === undefined) return true;
  const names = namesOf(rule.programs);
  const program = baseOf(word);
  if (!isOpen(program)) return names.has(plainProgram(program));
  // Only the strict rules are worth a guess.
  if (rule.class !== 'privileged') return false;
  if (names.has(closeField(program))) return true;
  const pattern = globOf(program);
  return (
    pattern !== undefined && /^(?:\/|[^/]*$)/.test(word) && [...names].some((name) => pattern.test(name))
  );
}

const cache = new Map<string, ReadonlySet<string>>();

function namesOf(programs: string): ReadonlySet<string> {
  const known = cache.get(programs) ?? new Set(programs.split(/\s+/));
  cache.set(programs, known);
  return known;
}

export const baseOf = (word: string): string => word.slice(word.lastIndexOf('/') + 1);

/** `s?d*` as a pattern; undefined where it has no letter of its own to go by, or unknown text. */
function globOf(program: string): RegExp | undefined {
  const shown = showField(program);
  if (shown.includes('…') || !/\w/.test(shown)) return undefined;
  const parts = shown
    .split(/([*?])/)
    .map((part) =>
      part === '*' ? '.*' : part === '?' ? '.' : part.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`),
    );
  return new RegExp(`^${parts.join('')}$`);
}
