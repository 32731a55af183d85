import type { Call, Inner, Unwrapper } from './inner.ts';
import { isOpen } from '../shell/field.ts';
import { code, script, valuesOf } from './inner.ts';

const SHELLS = 'sh bash dash ash zsh ksh ksh93 mksh yash fish rbash busybox-sh';
const SHELL_VALUES = new Set(['-o', '+o', '-O', '+O', '--rcfile', '--init-file']);

/** `sh -c 'text' name args`, `sh file`, `… | sh`, `sh <<EOF`. */
const shell: Unwrapper = (call) => {
  const { isText, operands } = readShellOptions(call.args);
  const [first, ...rest] = operands;
  if (isText) {
    if (first === undefined) return [{ kind: 'unseen', isPiped: call.isPiped }];
    const text = first.replaceAll(/\$0|\$\{0\}/g, () => rest[0] ?? '');
    return [{ kind: 'script', text, positional: rest.slice(1) }];
  }
  if (first === undefined || first === '-' || first === '/dev/stdin' || /^-\w*s/.test(call.args[0] ?? ''))
    return fromInput(call, 'script');
  const text = call.readFile(first);
  return text === undefined ? unseen(first, call) : [{ kind: 'script', text, positional: rest }];
};

/**
 * A file whose name only the shell will know, or one beside the workspace: nobody has written it in this text, and no
 * patch will show it.
 */
const unseen = (path: string, { isPiped }: Call): readonly Inner[] =>
  isOpen(path) || /^\/(?:tmp|var\/tmp|dev)\//.test(path) ? [{ kind: 'unseen', isPiped }] : [];

function readShellOptions(args: readonly string[]): { isText: boolean; operands: readonly string[] } {
  let at = 0;
  let isText = false;
  for (let arg = args[at] ?? ''; /^[-+]./.test(arg) && arg !== '--'; arg = args[at] ?? '') {
    isText ||= /^-[a-zA-Z]*c/.test(arg) || arg === '--command';
    at += SHELL_VALUES.has(arg) || /^-[a-zA-Z]+[oO]$/.test(arg) ? 2 : 1;
  }
  return { isText, operands: args.slice(args[at] === '--' ? at + 1 : at) };
}

function fromInput({ input, isPiped }: Call, kind: 'script' | 'code'): readonly Inner[] {
  if (input !== undefined) return [{ kind, text: input }];
  return isPiped ? [{ kind: 'unseen', isPiped }] : [];
}

/** Interpreters, and their options behind which code stands. */
const INTERPRETERS: Readonly<Record<string, readonly string[]>> = {
  'python python2 python3 pypy pypy3': ['-c'],
  perl: ['-e', '-E', '-ne', '-pe', '-le', '-nle', '-lne', '-ple', '-lane', '-i -pe'],
  ruby: ['-e', '-ne', '-pe'],
  'node nodejs': ['-e', '-p', '-pe', '--eval', '--print'],
  'bun deno tsx ts-node': ['-e', '--eval', '-p', 'eval'],
  php: ['-r', '-B', '-R', '-E'],
  'lua luajit julia Rscript R osascript guile': ['-e', '-E', '--eval'],
  groovy: ['-e'],
};

/** `python3.12 -c code`, `node -e code`, `… | python3`, `python3 - <<EOF`. */
function interpreter(options: readonly string[]): Unwrapper {
  return (call) => {
    const texts = valuesOf(call.args, options);
    // `-Mmodule` and `-rmodule` are a part of the code.
    const modules = call.args.flatMap((arg) => (/^-[Mr]\w/.test(arg) ? [arg.slice(2)] : [])).join(' ');
    if (texts.length > 0) return texts.flatMap((text) => code(modules === '' ? text : `${modules}\n${text}`));
    const operand = call.args.find((arg) => arg === '-' || !arg.startsWith('-'));
    if (operand === undefined || operand === '-' || operand === '/dev/stdin') return fromInput(call, 'code');
    return code(call.readFile(operand));
  };
}

const awk: Unwrapper = ({ args, readFile }) => [
  ...code(args.join('\n')),
  ...valuesOf(args, ['-f', '--file']).flatMap((path) => code(readFile(path))),
];

/** `!cmd` of the editors, `e` of sed. */
const editor: Unwrapper = ({ args, input }) =>
  [...args, input ?? ''].flatMap((arg) =>
    Array.from(arg.matchAll(/(?:^|[\s:|,0-9%+])!{1,2}(?!=)\s*([^\n|]+)/g), ([, text]) => script(text)).flat(),
  );

const sed: Unwrapper = ({ args }) =>
  args.flatMap((arg) => [
    ...script(/^(?:\d+|\$|\/[^/]*\/)?\s*e\s+(.+)$/s.exec(arg)?.[1]),
    ...script(/^s(.)[^\n]*?\1([^\n]*)\1\w*e\w*$/.exec(arg)?.[2]),
  ]);

const evaluate: Unwrapper = ({ args }) => script(args.filter((arg) => arg !== '--').join(' '));

const source: Unwrapper = (call) => {
  const [path = ''] = call.args;
  if (path === '/dev/stdin' || path === '-') return script(call.input);
  const text = call.readFile(path);
  return text === undefined ? unseen(path, call) : script(text);
};

/** `spawn cmd` and `exec cmd` of Tcl. */
const tcl: Unwrapper = ({ args, input }) =>
  [...valuesOf(args, ['-c']), input ?? ''].flatMap((text) =>
    Array.from(text.matchAll(/(?:^|[;[{\n])\s*(?:spawn|exec|system)\s+([^\n;\]}]+)/g), ([, found]) =>
      script(found),
    ).flat(),
  );

const trap: Unwrapper = ({ args }) =>
  script(args.find((arg) => !arg.startsWith('-') && !/^(?:SIG)?[A-Z0-9]+$/.test(arg)));

const alias: Unwrapper = ({ args }) =>
  args.flatMap((arg) => (arg.includes('=') ? script(arg.slice(arg.indexOf('=') + 1)) : []));

/** A script that was written by the same text: `./x.sh` after `cat > x.sh`. */
export const writtenProgram: Unwrapper = ({ program, args, readFile }) => {
  const text = readFile(program);
  if (text === undefined) return [];
  const isCode = /^#!.*\b(?:python|node|perl|ruby|php)/.test(text);
  return [isCode ? { kind: 'code', text } : { kind: 'script', text, positional: args }];
};

export const INTERPRETER_UNWRAPPERS: readonly (readonly [program: string, Unwrapper])[] = [
  ...SHELLS.split(' ').map((program) => [program, shell] as const),
  ...Object.entries(INTERPRETERS).flatMap(([programs, options]) =>
    programs.split(' ').map((program) => [program, interpreter(options)] as const),
  ),
  ...['awk', 'gawk', 'mawk', 'nawk'].map((program) => [program, awk] as const),
  ...['vim', 'vi', 'nvim', 'ex', 'ed', 'view', 'less', 'more', 'most'].map(
    (program) => [program, editor] as const,
  ),
  ...['expect', 'tclsh', 'wish'].map((program) => [program, tcl] as const),
  ['sed', sed],
  ['gsed', sed],
  ['eval', evaluate],
  ['source', source],
  ['.', source],
  ['trap', trap],
  ['alias', alias],
];
