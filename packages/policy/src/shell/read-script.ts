import type {
  ArrayValue,
  Command,
  CommandNode,
  ParsedScript,
  Pipeline,
  Redirection,
  SyntaxNode,
  Word,
} from 'unbash';
import { forEachChild } from 'unbash';
import { evaluateFilter } from './evaluate-filter.ts';
import type { Expansion } from './expand-word.ts';
import { expandToText, expandWord, renderParts } from './expand-word.ts';
import { SPLIT, UNKNOWN, toField } from './field.ts';
import type { Scope } from './scope.ts';
import type { Assignment, SimpleCommand, WrittenRedirect } from './simple-command.ts';

export const MAX_COMMANDS = 256;
export const MAX_DEPTH = 50;
/** Runs through a text for variables with several values. */
const MAX_VARIANTS = 4;
const OUTPUTS = new Set(['>', '>>', '>|', '&>', '&>>', '<>', '>&']);

interface Feed {
  readonly input: string | undefined;
  readonly isPiped: boolean;
}

const NO_FEED: Feed = { input: undefined, isPiped: false };

/** Thrown where a text is larger than what is looked at; the caller refuses the text. */
export class TooLarge extends Error {}

/** Reads the simple commands out of a parsed script, wherever they stand in it. */
export class ScriptReader {
  readonly #scope: Scope;
  readonly #found: SimpleCommand[] = [];
  #variant = 0;
  #depth = 0;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** Throws TooLarge. The first run learns what variables and files hold: a function may use what comes later. */
  read(script: ParsedScript): readonly SimpleCommand[] {
    this.#visit(script, NO_FEED);
    const runs = Math.min(this.#scope.variants, MAX_VARIANTS);
    this.#found.length = 0;
    for (this.#variant = 0; this.#variant < runs; this.#variant += 1) this.#visit(script, NO_FEED);
    return this.#found;
  }

  get #expansion(): Expansion {
    return { scope: this.#scope, variant: this.#variant, evaluate: (script) => this.#evaluate(script) };
  }

  #visit(node: SyntaxNode, feed: Feed): void {
    if (this.#depth >= MAX_DEPTH * 4) throw new TooLarge('The command is nested too deeply.');
    this.#depth += 1;
    this.#visitNode(node, feed);
    this.#depth -= 1;
  }

  #visitNode(node: SyntaxNode, feed: Feed): void {
    if (node.type === 'Pipeline') this.#visitPipeline(node, feed);
    else if (node.type === 'Command') this.#visitCommand(node, feed);
    else if (node.type === 'Redirected') this.#visitChildren(node, this.#feedOf(node.redirects, feed));
    else {
      if (node.type === 'For' || node.type === 'Select') this.#learnLoop(node.name.value, node.wordlist);
      if (node.type === 'Assignment') this.#learn(node.name, node.value);
      if (node.type === 'Function') this.#scope.defineFunction(node.name.value);
      this.#visitChildren(node, feed);
    }
  }

  #visitChildren(node: SyntaxNode, feed: Feed): void {
    forEachChild(node, (child) => this.#visit(child, feed));
  }

  #visitPipeline(pipeline: Pipeline, feed: Feed): void {
    let next = feed;
    for (const command of pipeline.commands) {
      this.#visit(command, next);
      next = { input: this.#outputOf(command, next), isPiped: true };
    }
  }

  #visitCommand(command: Command, feed: Feed): void {
    this.#visitChildren(command, NO_FEED);
    const own = this.#feedOf(command.redirects, feed);
    const simple: SimpleCommand = {
      argv: this.#argvOf(command),
      assignments: this.#assignmentsOf(command),
      redirects: this.#redirectsOf(command.redirects),
      ...own,
      span: { start: command.pos, end: command.end },
    };
    this.#learnFrom(simple);
    if (simple.argv.length + simple.assignments.length + simple.redirects.length > 0) this.#add(simple);
  }

  #add(simple: SimpleCommand): void {
    if (this.#found.length >= MAX_COMMANDS * MAX_VARIANTS) throw new TooLarge('There are too many commands.');
    this.#found.push(simple);
  }

  #argvOf({ name, args }: Command): string[] {
    if (name === undefined) return [];
    return [name, ...args].flatMap((arg) =>
      arg.type === 'Word' ? expandWord(arg, this.#expansion) : [`${arg.name}=${this.#valueOf(arg.value)}`],
    );
  }

  #assignmentsOf(command: Command): Assignment[] {
    const all = [...command.prefix, ...command.args].filter((part) => part.type === 'Assignment');
    return all.map(({ name, value }) => ({ name, value: this.#valueOf(value) }));
  }

  #redirectsOf(redirects: readonly Redirection[]): WrittenRedirect[] {
    return redirects.flatMap((redirect) =>
      redirect.type === 'Redirect' && redirect.target !== undefined
        ? [{ operator: redirect.operator, target: expandToText(redirect.target, this.#expansion) }]
        : [],
    );
  }

  #feedOf(redirects: readonly Redirection[], feed: Feed): Feed {
    let own = feed;
    for (const redirect of redirects) {
      if (redirect.type === 'Redirect') {
        if (redirect.operator === '<' && redirect.target !== undefined)
          own = { ...own, input: this.#scope.readFile(expandToText(redirect.target, this.#expansion)) };
      } else own = { ...own, input: this.#textOf(redirect) };
    }
    return own;
  }

  #textOf(redirect: Exclude<Redirection, { type: 'Redirect' }>): string | undefined {
    if (redirect.type === 'HereString')
      return redirect.target === undefined
        ? undefined
        : `${expandToText(redirect.target, this.#expansion)}\n`;
    const { parts, text } = redirect.body;
    return parts === undefined ? toField(text) : renderParts(parts, { ...this.#expansion, quoted: true });
  }

  #valueOf(value: Word | ArrayValue): string {
    return value.type === 'ArrayValue'
      ? value.elements.map((element) => expandToText(element, this.#expansion)).join(SPLIT)
      : expandToText(value, this.#expansion);
  }

  #learn(name: string, value: Word | ArrayValue): void {
    this.#scope.assign(name, this.#valueOf(value));
  }

  #learnLoop(name: string, words: readonly Word[] | undefined): void {
    for (const word of words ?? [])
      for (const field of expandWord(word, this.#expansion)) this.#scope.assign(name, field);
  }

  /** Files that the text writes, and what `set`, `read` and `printf -v` put into variables. */
  // oxlint-disable-next-line complexity -- four programs that set variables, one line each
  #learnFrom(command: SimpleCommand): void {
    this.#learnFiles(command);
    const { argv, input } = command;
    const [program = '', ...args] = argv;
    if (program === 'set' && args[0] === '--') this.#scope.setPositional(args.slice(1));
    if (this.#scope.isFunction(program) && args.length > 0) this.#scope.setPositional(args);
    if (program === 'read' && input !== undefined) this.#learnRead(args, input);
    if (program === 'printf' && args[0] === '-v')
      this.#scope.assign(args[1] ?? '', this.#filter(['printf', ...args.slice(2)], input) ?? '');
  }

  #learnFiles({ argv, redirects, input }: SimpleCommand): void {
    const written = redirects.find(({ operator }) => OUTPUTS.has(operator));
    const output = written === undefined ? undefined : this.#filter(argv, input);
    if (written !== undefined && output !== undefined) this.#scope.writeFile(written.target, output);
    if (argv[0] !== 'tee' || input === undefined) return;
    for (const path of argv.slice(1)) if (!path.startsWith('-')) this.#scope.writeFile(path, input);
  }

  #filter(argv: readonly string[], input: string | undefined): string | undefined {
    return evaluateFilter(argv, { input, readFile: (path) => this.#scope.readFile(path) });
  }

  #learnRead(args: readonly string[], input: string): void {
    const names = args.filter((arg) => /^\w+$/.test(arg));
    const words = input.trim().split(/\s+/);
    names.forEach((name, at) =>
      this.#scope.assign(name, at === names.length - 1 ? words.slice(at).join(' ') : (words[at] ?? '')),
    );
  }

  #evaluate(script: ParsedScript): string | undefined {
    const [statement, ...more] = script.commands;
    if (statement === undefined) return '';
    const output = more.length === 0 ? this.#outputOf(statement.command, NO_FEED) : undefined;
    return output?.replace(/\n+$/, '');
  }

  /** What a command prints, where the text alone tells. */
  #outputOf(node: CommandNode | Pipeline | SyntaxNode, feed: Feed): string | undefined {
    if (node.type === 'Pipeline') {
      let input = feed.input;
      for (const command of node.commands) input = this.#outputOf(command, { input, isPiped: true });
      return input;
    }
    if (node.type !== 'Command') return undefined;
    const { input } = this.#feedOf(node.redirects, feed);
    const argv = this.#argvOf(node);
    if (argv.length === 0) return this.#outputOfBare(node, input);
    return evaluateFilter(argv, { input, readFile: (path) => this.#scope.readFile(path) });
  }

  /** `$(<file)`. */
  #outputOfBare(command: Command, input: string | undefined): string | undefined {
    return command.redirects.length > 0 ? (input ?? UNKNOWN) : '';
  }
}
