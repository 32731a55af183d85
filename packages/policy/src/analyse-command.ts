import type { CommandFinding } from '@drydock/core';
import type { ParsedScript } from 'unbash';
import { parse } from 'unbash';
import { NOTES } from './rules/built-in-rules.ts';
import type { CommandRule } from './rules/command-rule.ts';
import { KNOWN_PROGRAMS } from './rules/known-programs.ts';
import { findHosts } from './rules/find-hosts.ts';
import { baseOf, matchRule } from './rules/match-rule.ts';
import { showCommand } from './rules/shown-command.ts';
import { GLOB_STAR, SPLIT, UNKNOWN, isOpen, showField } from './shell/field.ts';
import type { TextFault } from './shell/find-text-fault.ts';
import { findTextFault } from './shell/find-text-fault.ts';
import { MAX_COMMANDS, ScriptReader, TooLarge } from './shell/read-script.ts';
import { Scope } from './shell/scope.ts';
import { findArithmetic, findError } from './shell/search-script.ts';
import { isParsed, linesOf } from './shell/script-pieces.ts';
import type { SecondOpinion } from './shell/second-opinion.ts';
import type { SimpleCommand, Span } from './shell/simple-command.ts';
import type { Inner } from './unwrap/inner.ts';
import { asksForRights, findAddresses } from './unwrap/read-code.ts';
import { hidesCode, scanCode } from './unwrap/scan-code.ts';
import { plainProgram, unwrapAssignment, unwrapCommand, writtenProgram } from './unwrap/unwrap-command.ts';

export const MAX_COMMAND_BYTES = 64 << 10;
/** Layers of wrappers and scripts in scripts. */
const MAX_LAYERS = 24;
const MAX_FINDINGS = 512;
/** Findings that outlive a text that is too large. */
const MAX_KEPT = 16;

/** Shells whose language is read here; another one is not understood. */
const READ_SHELLS = new Set(['', 'sh', 'bash', 'dash', 'ash']);

interface Place {
  readonly span: Span | undefined;
  readonly layer: number;
  /** Found by guessing: what does not parse is no command then. */
  readonly isGuess: boolean;
  readonly scope: Scope;
}

/** What the rules say about every simple command of a text, however deeply it is wrapped. */
export class CommandAnalyser {
  readonly #rules: readonly CommandRule[];
  readonly #opinion: SecondOpinion;
  #findings: CommandFinding[] = [];
  #commands = 0;

  constructor(rules: readonly CommandRule[], opinion: SecondOpinion) {
    this.#rules = rules;
    this.#opinion = opinion;
  }

  /** Never throws for what a text holds. Not reentrant. */
  analyse(cmd: string, shell = ''): readonly CommandFinding[] {
    this.#findings = [];
    this.#commands = 0;
    const whole: Span = { start: 0, end: cmd.length };
    try {
      if (Buffer.byteLength(cmd) > MAX_COMMAND_BYTES) throw new TooLarge('The command is too long.');
      // Before the marks of field.ts get a meaning: in a text from outside they are control characters.
      const fault = findTextFault(cmd);
      if (fault !== undefined)
        this.#fault(fault, { span: undefined, layer: 0, isGuess: false, scope: new Scope() });
      else if (!READ_SHELLS.has(baseOf(shell))) this.#note('other_shell', whole);
      else this.#readScript(cmd, { span: undefined, layer: 0, isGuess: false, scope: new Scope() });
    } catch (error) {
      if (!(error instanceof TooLarge || error instanceof RangeError)) throw error;
      // What was found by then stays: padding must not make a privileged command a mere refusal.
      this.#findings = this.#findings.filter(({ class: kind }) => kind === 'privileged').slice(0, MAX_KEPT);
      this.#note('too_large', whole, error.message);
    }
    return dedupe(this.#findings);
  }

  /**
   * Privileged commands in a piece of a script, which need not parse as a whole. What is too much to read together is read
   * line by line; a line that still is gives `too_large`. Never throws for what it holds.
   */
  findPrivileged(text: string): readonly CommandFinding[] {
    const whole = isParsed(text) ? this.#guess(text) : undefined;
    const found = whole ?? linesOf(text).flatMap(({ piece, at }) => this.#guessLine(piece, at));
    return dedupe(found);
  }

  #guessLine(piece: string, at: number): CommandFinding[] {
    const found = this.#guess(piece);
    if (found !== undefined) return found.map((finding) => shift(finding, at));
    this.#findings = [];
    this.#note('too_large', { start: at, end: at + piece.length });
    return this.#findings;
  }

  /** Undefined where it is too much. */
  #guess(text: string): CommandFinding[] | undefined {
    this.#findings = [];
    this.#commands = 0;
    try {
      this.#readScript(text, { span: undefined, layer: 0, isGuess: true, scope: new Scope() });
      return this.#findings;
    } catch (error) {
      if (!(error instanceof TooLarge || error instanceof RangeError)) throw error;
      return undefined;
    }
  }

  #readScript(text: string, place: Place): void {
    if (place.layer > MAX_LAYERS) throw new TooLarge('The command is wrapped too deeply.');
    if (text.includes(UNKNOWN) || text.includes(GLOB_STAR)) {
      if (!place.isGuess && text.replaceAll(UNKNOWN, '').trim() === '')
        return this.#note('unseen_script', place.span ?? { start: 0, end: text.length });
    }
    const readable = text.replaceAll(SPLIT, ' ').replaceAll(UNKNOWN, '$_').replaceAll(GLOB_STAR, '*');
    const fault = findTextFault(readable);
    if (fault !== undefined) return this.#fault(fault, place);
    this.#readParsed(readable, place);
  }

  #readParsed(text: string, place: Place): void {
    const span = place.span ?? { start: 0, end: text.length };
    const ast = parse(text);
    const errorAt = findError(ast);
    if (errorAt !== undefined) {
      if (!place.isGuess) this.#note('not_parsed', span, errorAt);
      if (place.isGuess) return;
    } else if (!place.isGuess) {
      const disagreement = this.#opinion.findDisagreement(text, ast);
      if (disagreement !== undefined)
        this.#note('parsers_disagree', span, `Two parsers must agree: ${disagreement}.`);
    }
    for (const command of new ScriptReader(place.scope).read(ast)) {
      this.#readCommand(command, { ...place, span: place.span ?? command.span });
    }
    this.#readArithmetic(ast, place);
  }

  /** `((mount))` is arithmetic to bash, and to dash a subshell in a subshell. */
  #readArithmetic(ast: ParsedScript, place: Place): void {
    for (const { body, pos: start, end } of findArithmetic(ast)) {
      const own = { span: place.span ?? { start, end }, layer: place.layer + 1 };
      this.#readScript(body, { ...own, isGuess: true, scope: place.scope.child() });
    }
  }

  #readCommand(command: SimpleCommand, place: Place): void {
    this.#commands += 1;
    if (this.#commands > MAX_COMMANDS) throw new TooLarge('There are too many commands.');
    const own = { ...command, span: place.span ?? command.span };
    this.#judge(own, place);
    for (const { name, value } of command.assignments)
      for (const inner of unwrapAssignment(name, value)) this.#readInner(inner, { ...own, argv: [] }, place);
    this.#unwrap(own, place);
  }

  #unwrap(command: SimpleCommand, place: Place): void {
    const [word = '', ...args] = command.argv;
    if (word === '') return;
    const { input, isPiped } = command;
    const readFile = (path: string): string | undefined => place.scope.readFile(path);
    const call = { program: baseOf(word), args, input, isPiped, readFile };
    for (const inner of [...unwrapCommand(call), ...writtenProgram({ ...call, program: word })])
      this.#readInner(inner, command, place);
  }

  #readInner(inner: Inner, command: SimpleCommand, outer: Place): void {
    const place = { ...outer, layer: outer.layer + 1 };
    if (place.layer > MAX_LAYERS) throw new TooLarge('The command is wrapped too deeply.');
    switch (inner.kind) {
      case 'argv':
        return this.#readCommand(
          {
            ...command,
            argv: inner.argv,
            input: inner.input ?? command.input,
            redirects: [],
            assignments: assignmentsIn(inner.argv),
          },
          place,
        );
      case 'script': {
        const scope = place.scope.child();
        if (inner.positional !== undefined) scope.setPositional(inner.positional);
        return this.#readScript(inner.text, { ...place, scope });
      }
      case 'code':
        return this.#readCode(inner.text, command, place);
      case 'unseen':
        return this.#note('unseen_script', command.span, undefined, command.argv);
    }
  }

  /** Of code only what it hands to a shell, and what it visibly asks the kernel for. */
  #readCode(code: string, command: SimpleCommand, place: Place): void {
    if (code !== '' && code.replaceAll(UNKNOWN, '').trim() === '')
      return this.#note('unseen_script', command.span, undefined, command.argv);
    if (hidesCode(code)) this.#note('hidden_code', command.span, undefined, command.argv);
    if (asksForRights(code)) this.#note('privileged_call', command.span, undefined, command.argv);
    const addresses = place.isGuess ? [] : findAddresses(code);
    const hosts = addresses.length === 0 ? undefined : findHosts('addresses', addresses);
    if (hosts !== undefined) this.#note('network_call', command.span, undefined, command.argv, hosts);
    for (const text of scanCode(code))
      this.#readScript(text, { ...place, scope: new Scope(), isGuess: true });
  }

  /** The findings of all rules; where there are none, what the program's name says. */
  #judge(command: SimpleCommand, place: Place): void {
    const shown = showCommand(command);
    const found = this.#rules.flatMap((rule) => matchRule(rule, shown) ?? []);
    if (place.isGuess) this.#push(found.filter((finding) => finding.class === 'privileged'));
    else if (found.length > 0) this.#push(found);
    else if (command.argv.length > 0)
      this.#note(nameRule(command.argv[0] ?? '', place.scope), command.span, undefined, command.argv);
  }

  #push(found: readonly CommandFinding[]): void {
    if (this.#findings.length + found.length > MAX_FINDINGS)
      throw new TooLarge('There are too many commands.');
    this.#findings.push(...found);
  }

  #fault(fault: TextFault, place: Place): void {
    if (place.isGuess) return;
    this.#push([
      {
        rule: fault.rule,
        class: 'refused',
        domain: 'exec',
        argv: [],
        span: place.span ?? { start: fault.at, end: fault.at + 1 },
        reason: fault.reason,
        alternative: 'Write the command in plain, visible characters.',
        hosts: [],
      },
    ]);
  }

  // oxlint-disable-next-line max-params -- what is noted, where, and what is known about it
  #note(
    rule: keyof typeof NOTES,
    span: Span,
    reason?: string,
    argv: readonly string[] = [],
    hosts: readonly string[] = [],
  ): void {
    const note = NOTES[rule];
    this.#push([
      {
        rule,
        class: note.class,
        domain: note.domain,
        argv: argv.map(showField),
        span,
        reason: reason ?? note.reason,
        alternative: note.alternative,
        hosts,
      },
    ]);
  }
}

function shift(finding: CommandFinding, by: number): CommandFinding {
  const { start, end } = finding.span;
  return { ...finding, span: { start: start + by, end: end + by } };
}

function nameRule(word: string, scope: Scope): keyof typeof NOTES {
  if (scope.isFunction(word)) return 'own_function';
  if (isOpen(baseOf(word))) return 'dynamic_program';
  if (KNOWN_PROGRAMS.has(plainProgram(baseOf(word)))) return 'known_program';
  const isOfWorkspace = word.startsWith('/job/') || (word.includes('/') && !word.startsWith('/'));
  return isOfWorkspace ? 'workspace_program' : 'unknown_program';
}

/** `env A=1 cmd` and `export A=1` carry assignments as words. */
function assignmentsIn(argv: readonly string[]): { name: string; value: string }[] {
  return argv.flatMap((word) => {
    const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(word);
    return match?.[1] === undefined ? [] : [{ name: match[1], value: match[2] ?? '' }];
  });
}

function dedupe(findings: readonly CommandFinding[]): CommandFinding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}
