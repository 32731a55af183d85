import type { Inner, Unwrapper } from './inner.ts';
import { argv, script, valuesOf } from './inner.ts';

/** Options of ordinary programs whose value is a shell command. */
const SCRIPT_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  tar: [
    '--to-command',
    '-I',
    '--use-compress-program',
    '--rsh-command',
    '-F',
    '--info-script',
    '--new-volume-script',
  ],
  bsdtar: ['--use-compress-program'],
  rsync: ['-e', '--rsh', '--rsync-path'],
  scp: ['-S'],
  sftp: ['-S'],
  sort: ['--compress-program'],
  split: ['--filter'],
  man: ['-P', '--pager'],
  zip: ['-TT', '--unzip-command'],
  script: ['-c', '--command'],
  su: ['-c', '--command'],
  runuser: ['-c', '--command'],
  flock: ['-c', '--command'],
  npx: ['-c', '--call'],
  npm: ['-c', '--call', '--script-shell'],
  make: ['--eval'],
  gmake: ['--eval'],
  gcc: ['-wrapper'],
  'g++': ['-wrapper'],
  nodemon: ['--exec', '-x'],
  hyperfine: ['--prepare', '--setup', '--cleanup', '--conclude'],
  mapfile: ['-C'],
  readarray: ['-C'],
  complete: ['-C'],
  hash: ['-p'],
  ngrep: [],
};

/** Programs each of whose words is a shell command. */
const SCRIPT_ARGUMENTS = new Set(['hyperfine', 'concurrently', 'run-p', 'npm-run-all']);

/** `KEY=command` in an option: make variables, tar actions, ssh options, git settings. */
const SCRIPT_SETTINGS =
  /^(?:--checkpoint-action=exec|-?o?\s*(?:ProxyCommand|LocalCommand|KnownHostsCommand)|SHELL|CC|CXX|MAKE|RM|PYTHON|alias\.[\w-]+|core\.(?:pager|editor|sshCommand|fsmonitor|askPass|gitProxy)|(?:diff|merge)\.[\w-]+\.(?:command|driver|textconv)|diff\.external|(?:diff|merge)tool\.[\w-]+\.cmd|filter\.[\w-]+\.(?:clean|smudge|process)|gpg\.program|credential\.helper|sequence\.editor|pager\.[\w-]+|uploadpack\.packObjectsHook)[= ]\s*!?(.+)$/is;

const settings = (args: readonly string[]): readonly Inner[] =>
  args.flatMap((arg) => script(SCRIPT_SETTINGS.exec(arg)?.[1]?.replace(/^exec=/, '')));

const withOptions: (program: string) => Unwrapper = (program) => {
  const names = SCRIPT_OPTIONS[program] ?? [];
  return ({ args }) => [
    ...valuesOf(args, names).flatMap(script),
    ...settings(args),
    ...settings(valuesOf(args, ['-o'])),
    ...(SCRIPT_ARGUMENTS.has(program) ? args.filter((arg) => arg.includes(' ')).flatMap(script) : []),
  ];
};

/** `find … -exec cmd ;` and what is like it. */
const find: Unwrapper = ({ args }) => {
  const inner: Inner[] = [];
  args.forEach((arg, at) => {
    if (!/^(?:-exec|-execdir|-ok|-okdir|-x|-X|--exec|--exec-batch)$/.test(arg)) return;
    const rest = args.slice(at + 1);
    const end = rest.findIndex((word) => word === ';' || word === '+');
    inner.push(...argv(end === -1 ? rest : rest.slice(0, end)));
  });
  return inner;
};

const GIT_SCRIPTS: Readonly<Record<string, readonly string[]>> = {
  rebase: ['-x', '--exec'],
  difftool: ['-x', '--extcmd'],
  'filter-branch': [
    '--env-filter',
    '--tree-filter',
    '--index-filter',
    '--msg-filter',
    '--commit-filter',
    '--parent-filter',
  ],
  fetch: ['--upload-pack'],
  clone: ['-u', '--upload-pack'],
  push: ['--receive-pack', '--exec'],
  grep: ['-O', '--open-files-in-pager'],
};

const git: Unwrapper = ({ args }) => {
  const verb = args.find((arg, at) => !arg.startsWith('-') && !/^-[cC]$/.test(args[at - 1] ?? '')) ?? '';
  const rest = args.slice(args.indexOf(verb) + 1);
  const joined = verb === 'config' ? settings([rest.filter((arg) => !arg.startsWith('-')).join(' ')]) : [];
  const foreach =
    verb === 'submodule' && rest[0] === 'foreach'
      ? script(
          rest
            .slice(1)
            .filter((arg) => !arg.startsWith('--'))
            .join(' '),
        )
      : [];
  const bisect = verb === 'bisect' && rest[0] === 'run' ? argv(rest.slice(1)) : [];
  const ext = rest.flatMap((arg) => script(/^ext::(.+)$/s.exec(arg)?.[1]));
  return [
    ...settings(valuesOf(args, ['-c', '--config'])),
    ...joined,
    ...foreach,
    ...bisect,
    ...ext,
    ...valuesOf(rest, GIT_SCRIPTS[verb] ?? []).flatMap(script),
  ];
};

/** `make -f - <<< 'all: ; cmd'`: every recipe line. */
const make: Unwrapper = (call) => [
  ...withOptions('make')(call),
  ...(
    call.input ??
    valuesOf(call.args, ['-f'])
      .map((path) => call.readFile(path) ?? '')
      .join('\n')
  )
    .split('\n')
    .flatMap((line) => script(/^(?:\t|[^:#=]+:[^=;]*;)\s*[@+-]*(.+)$/.exec(line)?.[1])),
];

/** `ssh host command`: runs elsewhere, and is looked at all the same. */
const ssh: Unwrapper = (call) => withOptions('ssh')(call);

/** The dynamic loader run by hand. */
const loader: Unwrapper = ({ args }) =>
  argv(args.slice(args.findIndex((arg) => !arg.startsWith('--') && arg.includes('/'))));

/** `env -S 'cmd args'`. */
const envSplit: Unwrapper = ({ args }) => valuesOf(args, ['-S', '--split-string', '-vS']).flatMap(script);

/** `gdb -ex 'shell cmd'`. */
const gdb: Unwrapper = ({ args }) =>
  args.flatMap((arg) => script(/^(?:shell|!|pipe|make)\s*(.+)$/s.exec(arg)?.[1]));

/** `at now <<< cmd`. */
const fromInput: Unwrapper = ({ input }) => script(input);

/** `watch 'cmd | cmd'`: the words joined are a script. */
const joined: Unwrapper = ({ args }) => script(args.filter((arg) => !arg.startsWith('-')).join(' '));

export const OPTION_UNWRAPPERS: readonly (readonly [program: string, Unwrapper])[] = [
  ...[...Object.keys(SCRIPT_OPTIONS), ...SCRIPT_ARGUMENTS]
    .filter((program) => program !== 'make' && program !== 'gmake')
    .map((program) => [program, withOptions(program)] as const),
  ['make', make],
  ['gmake', make],
  ['find', find],
  ['fd', find],
  ['git', git],
  ['ssh', ssh],
  ['gdb', gdb],
  ['env', envSplit],
  ['at', fromInput],
  ['batch', fromInput],
  ['crontab', fromInput],
  ['watch', joined],
  ['parallel', joined],
  ['ld.so', loader],
];
