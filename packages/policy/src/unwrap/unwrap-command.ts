import type { Call, Inner, Unwrapper } from './inner.ts';
import { script } from './inner.ts';
import { INTERPRETER_UNWRAPPERS, writtenProgram } from './interpreters.ts';
import { OPTION_UNWRAPPERS } from './options.ts';
import { PREFIX_UNWRAPPERS } from './prefixes.ts';

const UNWRAPPERS = Map.groupBy(
  [...PREFIX_UNWRAPPERS, ...INTERPRETER_UNWRAPPERS, ...OPTION_UNWRAPPERS],
  ([program]) => program,
);

/** Variables whose value some program runs as a command. */
const EVALUATED =
  /^(?:EDITOR|VISUAL|PAGER|MANPAGER|BROWSER|PROMPT_COMMAND|SHELL|CC|CXX|GIT_(?:EDITOR|PAGER|SSH|SSH_COMMAND|EXTERNAL_DIFF|ASKPASS|SEQUENCE_EDITOR|PROXY_COMMAND)|SSH_ASKPASS|SUDO_ASKPASS|LESSOPEN|LESSCLOSE|FCEDIT|RSYNC_RSH|CVS_RSH|BASH_FUNC_\S*|NPM_CONFIG_SCRIPT_SHELL|npm_config_script_shell)$/;

/** Names of programs with versions in them: `python3.12`, `clang-18`, `ld-linux-x86-64.so.2`. */
export function plainProgram(program: string): string {
  if (/^ld-(?:linux|musl)[\w.-]*\.so[\d.]*$/.test(program)) return 'ld.so';
  return /^(?:python|perl|ruby|php|lua|node|tclsh|awk|bash)-?[\d.]+$/.test(program)
    ? program.replace(/-?[\d.]+$/, program.startsWith('python') ? '3' : '')
    : program;
}

/** What a command runs in turn, one layer in. */
export function unwrapCommand(call: Call): readonly Inner[] {
  const unwrappers: readonly Unwrapper[] = (UNWRAPPERS.get(plainProgram(call.program)) ?? []).map(
    ([, unwrapper]) => unwrapper,
  );
  return unwrappers.flatMap((unwrap) => unwrap(call));
}

export { writtenProgram };

/** The commands in the values of variables that some program runs. */
export function unwrapAssignment(name: string, value: string): readonly Inner[] {
  return EVALUATED.test(name) ? script(value) : [];
}
