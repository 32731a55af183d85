import type { Call, Inner, Unwrapper } from './inner.ts';
import { argv } from './inner.ts';

interface Prefix {
  readonly programs: string;
  /** Options whose value is the next word. */
  readonly values?: string;
  /** Words between the options and the command. */
  readonly skip?: number;
  /** A word that must come first: `npm exec`. */
  readonly verbs?: string;
  /** Options that say that nothing is run. */
  readonly inert?: string;
}

/** Programs that run the command behind them. */
const PREFIXES: readonly Prefix[] = [
  { programs: 'env', values: '-u --unset -C --chdir' },
  { programs: 'command', inert: '-v -V' },
  {
    programs:
      'builtin nohup setsid noglob nocorrect then do else ! tini dumb-init dbus-run-session fakeroot unbuffer',
  },
  { programs: 'exec', values: '-a' },
  { programs: 'time', values: '-f --format -o --output' },
  { programs: 'nice', values: '-n --adjustment' },
  { programs: 'ionice', values: '-c -n --class --classdata', inert: '-p -P -u' },
  { programs: 'timeout', values: '-k -s --kill-after --signal', skip: 1 },
  { programs: 'stdbuf', values: '-i -o -e --input --output --error' },
  { programs: 'taskset chrt', skip: 1, inert: '-p --pid' },
  { programs: 'flock', values: '-w -E --timeout --wait', skip: 1 },
  {
    programs: 'sudo',
    values: '-u -g -h -p -C -r -t -U -D -R -T --user --group --host --prompt --chdir --chroot',
  },
  { programs: 'doas', values: '-u -C -a' },
  { programs: 'pkexec', values: '--user' },
  { programs: 'runuser', values: '-u -g -G --user --group' },
  { programs: 'chroot', skip: 1 },
  {
    programs: 'unshare nsenter setpriv capsh prlimit setarch linux64 linux32',
    values: '-t -S -G -w -r --target --wd',
  },
  { programs: 'strace ltrace', values: '-e -o -s -p -u -E -P -a -I -O -S -X' },
  { programs: 'valgrind catchsegv rr rtcwake systemd-run systemd-inhibit choom pasuspender' },
  { programs: 'xvfb-run', values: '-e -f -n -p -s -w --server-args --server-num --error-file' },
  { programs: 'parallel', values: '-j --jobs -a -N -n -L --delay --timeout --joblog --results --colsep -d' },
  {
    programs: 'xargs',
    values: '-I -n -P -L -d -s -E -a --max-args --max-procs --delimiter --arg-file --replace',
  },
  { programs: 'watch entr', values: '-n -d --interval' },
  { programs: 'busybox toybox' },
  { programs: 'npx bunx pnpx', values: '-p --package -c --call -w --workspace' },
  { programs: 'npm', verbs: 'exec x', values: '-c --call --package -w --workspace -p' },
  { programs: 'pnpm yarn bun', verbs: 'exec dlx x', values: '--filter -F --package' },
  {
    programs: 'bundle poetry pipenv uv hatch pdm rye conda mamba micromamba',
    verbs: 'exec run',
    values: '-n -p --with --python -e --env --extra --group --name --project',
  },
  { programs: 'mise asdf direnv rbenv pyenv nodenv nix devbox', verbs: 'exec x run', values: '--version' },
  { programs: 'corepack dotenv cross-env dotenvx doppler op' },
  { programs: 'coverage nyc c8', verbs: 'run', values: '--source --omit --include --rcfile --reporter -r' },
  { programs: 'nyc c8', values: '-r --reporter --include --exclude -x' },
  { programs: 'perf', verbs: 'record stat trace', values: '-e -F -o -g --call-graph' },
  { programs: 'gdb lldb', verbs: '--args --' },
  { programs: 'ssh-agent scriptreplay' },
];

const words = (text: string | undefined): readonly string[] => text?.split(' ') ?? [];
const ASSIGNMENT = /^[A-Za-z_]\w*=/;

/** The first word that is neither an option nor the value of one. */
function skipOptions(args: readonly string[], values: readonly string[]): number {
  let at = 0;
  while (at < args.length) {
    const arg = args[at] ?? '';
    if (arg === '--') return at + 1;
    if (ASSIGNMENT.test(arg)) at += 1;
    else if (!/^[-+]./.test(arg)) return at;
    else at += values.includes(arg) ? 2 : 1;
  }
  return at;
}

function unwrapPrefix(prefix: Prefix, { program, args, input }: Call): readonly Inner[] {
  const from = behindVerb(prefix, args);
  if (from === undefined || words(prefix.inert).includes(args[0] ?? '')) return [];
  const rest = args.slice(from);
  const start = skipOptions(rest, words(prefix.values)) + (prefix.skip ?? 0);
  const inner = rest.slice(rest[start] === '--' ? start + 1 : start);
  // What xargs reads becomes arguments, or takes the place of a mark.
  const isFed = program === 'xargs' || program === 'parallel';
  return argv(isFed ? fill(inner, input) : inner, program === 'xargs' ? undefined : input);
}

/** Where the options start; undefined where a verb is needed and there is another. */
function behindVerb({ verbs }: Prefix, args: readonly string[]): number | undefined {
  if (verbs === undefined) return 0;
  const known = words(verbs);
  const at = args.findIndex((arg) => !arg.startsWith('-') || known.includes(arg));
  return known.includes(args[at] ?? '') ? at + 1 : undefined;
}

function fill(inner: readonly string[], input: string | undefined): readonly string[] {
  if (input === undefined) return inner;
  const read = input.split(/\s+/).filter((word) => word !== '');
  return inner.some((word) => word.includes('{}'))
    ? inner.flatMap((word) => (word === '{}' ? read : [word.replaceAll('{}', input.trim())]))
    : [...inner, ...read];
}

export const PREFIX_UNWRAPPERS: readonly (readonly [program: string, Unwrapper])[] = PREFIXES.flatMap(
  (prefix) =>
    words(prefix.programs).map((program) => [program, (call: Call) => unwrapPrefix(prefix, call)] as const),
);
