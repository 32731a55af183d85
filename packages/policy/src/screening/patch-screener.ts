import { posix } from 'node:path';
import { DrydockError, SecretMasker, stripForPeople } from '@drydock/core';
import type { CommandAnalyser } from '../analyse-command.ts';
import { scanCode } from '../unwrap/scan-code.ts';
import type { AddedScript } from './find-scripts.ts';
import { findScripts } from './find-scripts.ts';
import { measureEntropy } from './measure-entropy.ts';
import type { AddedFile, AddedLine } from './parse-added-lines.ts';
import { parseAddedLines } from './parse-added-lines.ts';
import type { ScreenedFile } from './screen-file.ts';
import { toAddedFile } from './screen-file.ts';
import type { ScreeningFinding, Severity } from '@drydock/contracts';
import { UNSCREENED } from './screening-finding.ts';
import { toPlainText } from './to-plain-text.ts';
import type { ScreeningRule } from './screening-rule.ts';
import { SCREENING_RULES } from './screening-rules.ts';

const MAX_BYTES = 16 << 20;
const MAX_FINDINGS = 200;
const MAX_EXCERPT_CHARS = 160;
const SYMLINK = '120000';

/** Binary files that a person cannot review, and that something may run. */
const PROGRAM_FILE =
  /\.(?:so(?:\.\d+)*|dll|dylib|exe|node|jar|class|pyc|pyd|wasm|bin|o|a|msi|deb|rpm|apk|whl|zip|tgz|gz|xz|7z)$|(?:^|\/)[^.]+$/i;
const TEST_PATH = /(?:^|[/._-])(?:tests?|specs?|fixtures?|examples?|mocks?|__\w+__)(?:[/._-]|$)/i;
const ASSIGNED =
  /(?:secret|token|passw(?:or)?d|api[_-]?key|private[_-]?key|credential)s?["']?\s*(?:[:=]|=>|:=)\s*["'`]([A-Za-z0-9+/_=-]{20,})["'`]/i;
const SECRET_ENTROPY_BITS = 3.7;
/** Rules that anybody who sets up an image or a CI machine breaks. */
const USUAL_IN_SETUP = new Set(['become_other_user', 'change_rights', 'container_engine', 'system_service']);

/** Reads changes for what a person should look at. Findings are few and pointed; benign changes give none. */
export class PatchScreener {
  readonly #analyser: CommandAnalyser;
  readonly #masker = SecretMasker.create([]);

  /** Throws `internal_error` where a rule breaks its own examples. */
  constructor(analyser: CommandAnalyser) {
    this.#analyser = analyser;
    for (const rule of SCREENING_RULES) checkExamples(rule);
  }

  screenPatch(diff: Uint8Array): readonly ScreeningFinding[] {
    const text = Buffer.from(diff.buffer, diff.byteOffset, Math.min(diff.byteLength, MAX_BYTES)).toString(
      'utf8',
    );
    const found: ScreeningFinding[] = diff.byteLength > MAX_BYTES ? [UNSCREENED] : [];
    for (const file of parseAddedLines(text)) {
      if (found.length > MAX_FINDINGS) break;
      found.push(...this.#screen(file));
    }
    return capFindings(found);
  }

  screenFile(file: ScreenedFile): readonly ScreeningFinding[] {
    const cut = { ...file, text: file.text.slice(0, MAX_BYTES) };
    const found = this.#screen(toAddedFile(cut));
    const all = cut.text === file.text ? found : [{ ...UNSCREENED, path: file.path }, ...found];
    return capFindings(all);
  }

  #screen(file: AddedFile): readonly ScreeningFinding[] {
    if (file.isDeleted) return [];
    const found = [
      ...this.#screenShape(file),
      ...findUnread(file),
      ...SCREENING_RULES.flatMap((rule) => this.#applyRule(rule, file)),
      ...file.added.flatMap((line) => this.#findSecret(file.path, line)),
      ...findScripts(file).flatMap((script) => this.#screenScript(file, script)),
    ];
    const first = new Map(found.map((finding) => [`${finding.rule}:${finding.line}`, finding]));
    return capFindings([...first.values()].toSorted((a, b) => a.line - b.line));
  }

  #screenShape({ path, mode, isBinary, added }: AddedFile): ScreeningFinding[] {
    const at = (rule: string, severity: Severity, message: string): ScreeningFinding =>
      this.#finding({ rule, severity, message, path, line: { line: 0, text: added[0]?.text ?? '' } });
    const target = mode === SYMLINK ? (added[0]?.text ?? '') : undefined;
    if (target !== undefined && leavesTree(path, target))
      return [at('link_out_of_tree', 'high', 'Links to something outside the repository.')];
    return isBinary && PROGRAM_FILE.test(path)
      ? [at('binary_file', 'medium', 'Adds a binary file that cannot be reviewed.')]
      : [];
  }

  #applyRule(rule: ScreeningRule, { path, added }: AddedFile): ScreeningFinding[] {
    if (!appliesTo(rule, path)) return [];
    const { id, severity, message } = rule;
    if (rule.line === undefined)
      return [this.#finding({ rule: id, severity, message, path, line: { line: 0, text: '' } })];
    return added
      .filter(({ text }) => rule.line?.test(text) === true)
      .map((line) => this.#finding({ rule: id, severity, message, path, line }));
  }

  #findSecret(path: string, line: AddedLine): ScreeningFinding[] {
    const { text } = line;
    const assigned = ASSIGNED.exec(text)?.[1];
    const isShaped = this.#masker.mask(text) !== text;
    if (!isShaped && (assigned === undefined || !isRandom(assigned))) return [];
    const severity = isShaped && !TEST_PATH.test(path) ? 'high' : 'medium';
    const message = 'Holds what looks like a secret.';
    const hidden = assigned === undefined ? text : text.replace(assigned, '[secret]');
    return [
      this.#finding({ rule: 'secret', severity, message, path, line: { line: line.line, text: hidden } }),
    ];
  }

  #screenScript({ path, added }: AddedFile, found: AddedScript): ScreeningFinding[] {
    const script = { ...found, text: toPlainText(found.text) };
    const texts = script.language === 'code' ? scanCode(script.text).map(toPlainText) : [script.text];
    return texts
      .flatMap((text) => this.#analyser.findPrivileged(text))
      .filter(({ rule }) => !script.isSetup || !USUAL_IN_SETUP.has(rule))
      .map(({ rule, argv, span }) => {
        const above =
          script.language === 'code'
            ? lineOf(script.text, argv)
            : script.text.slice(0, span.start).split('\n').length - 1;
        const line = script.line + above;
        if (rule === 'too_large') return { ...UNSCREENED, path: stripForPeople(path), line };
        return this.#finding({
          rule: `privileged_command`,
          severity: severityOf(script, path),
          message: `Runs a privileged command (${rule}).`,
          path,
          line: added.find((candidate) => candidate.line === line) ?? { line, text: argv.join(' ') },
        });
      });
  }

  #finding(
    found: Omit<ScreeningFinding, 'line' | 'excerpt'> & { readonly line: AddedLine },
  ): ScreeningFinding {
    const excerpt = stripForPeople(this.#masker.mask(found.line.text)).trim().slice(0, MAX_EXCERPT_CHARS);
    return { ...found, path: stripForPeople(found.path), line: found.line.line, excerpt };
  }
}

/** What nobody could look at: bytes that are no text, and the end of a line that is too long. */
function findUnread({ path, isBinary, cutLine }: AddedFile): ScreeningFinding[] {
  const unread = { ...UNSCREENED, severity: 'low' as const, path: stripForPeople(path) };
  return [
    ...(isBinary ? [{ ...unread, message: 'Holds bytes that cannot be screened.' }] : []),
    ...(cutLine === undefined
      ? []
      : [{ ...unread, line: cutLine, message: 'Has a line that is too long to be screened.' }]),
  ];
}

/** As many as are told of; that there are more is told first. */
const capFindings = (found: readonly ScreeningFinding[]): readonly ScreeningFinding[] =>
  found.length > MAX_FINDINGS ? [UNSCREENED, ...found].slice(0, MAX_FINDINGS) : found;

const appliesTo = ({ path, notPath }: ScreeningRule, file: string): boolean =>
  (path === undefined || path.test(file)) && (notPath === undefined || !notPath.test(file));

function severityOf({ language }: AddedScript, path: string): Severity {
  if (language === 'prose') return 'low';
  return language === 'shell' && !TEST_PATH.test(path) ? 'high' : 'medium';
}

/** Lines above the one that names the program; none where it is written otherwise. */
function lineOf(code: string, argv: readonly string[]): number {
  const at = code.indexOf(argv[0] ?? '');
  return at === -1 ? 0 : code.slice(0, at).split('\n').length - 1;
}

function leavesTree(path: string, target: string): boolean {
  return (
    posix.isAbsolute(target) || posix.normalize(posix.join(posix.dirname(path), target)).startsWith('..')
  );
}

function isRandom(value: string): boolean {
  return /\d/.test(value) && /[A-Za-z]/.test(value) && measureEntropy(value) >= SECRET_ENTROPY_BITS;
}

function checkExamples({ id, line, match, notMatch, ...rule }: ScreeningRule): void {
  const finds = (example: string): boolean => {
    const [path = '', text = ''] = example.split('\n');
    return appliesTo({ id, match, notMatch, ...rule }, path) && (line === undefined || line.test(text));
  };
  const broken = match.find((example) => !finds(example)) ?? notMatch.find(finds);
  if (broken !== undefined || match.length === 0 || notMatch.length === 0)
    throw new DrydockError('internal_error', {
      message: `Rule ${id} breaks its example ${JSON.stringify(broken)}.`,
    });
}
