import type { ToolHostResponse } from '@drydock/contracts';
import { AGENT_PROTOCOL_VERSION, ToolHostRequest } from '@drydock/contracts';
import { runtimeProgram } from './runtime-program.ts';
import { serveStdio } from './serve-stdio.ts';
import { signalAllOfUser } from './signal-all-of-user.ts';
import { systemClock } from './system-clock.ts';
import { buildCommandEnvironment } from './tool-host/command-environment.ts';
import { parseConfig } from './tool-host/config.ts';
import { OutputPipes } from './tool-host/output-pipes.ts';
import { findShell } from './tool-host/shell.ts';
import { ToolHost } from './tool-host/tool-host.ts';
import { existsSync } from 'node:fs';
import { BASE_MANIFEST, HOME, UPPER, WORKSPACE } from './paths.ts';

// Commands may signal their own user's processes: only SIGKILL and SIGSTOP do anything to the tool host. SIGUSR1
// would open Node's debugger, through which a command could answer in the tool host's place.
for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGPIPE', 'SIGUSR1', 'SIGUSR2'] as const)
  process.on(signal, () => undefined);

const shell = findShell();
const isReader = process.argv[2] === 'reader';
const env = buildCommandEnvironment({ home: HOME, path: parseConfig().path, shell: shell?.file, isReader });
const uid = process.getuid?.() ?? -1;
const pipes = new OutputPipes();
const terminal = { script: runtimeProgram('script'), stty: runtimeProgram('stty') };
const send: (response: ToolHostResponse) => void = serveStdio<ToolHostRequest>(
  ToolHostRequest,
  (request) => void host.serve(request),
);
const host = new ToolHost({
  commands: { workspace: WORKSPACE, env, shell, uid, pipes, terminal, clock: systemClock },
  findChangedRoot: () => (existsSync(BASE_MANIFEST) ? WORKSPACE : UPPER),
  send,
  killAll: () => signalAllOfUser('SIGKILL'),
});
send({ type: 'ready', body: { protocol: AGENT_PROTOCOL_VERSION } });
// Afterwards, while it waits for its first command.
void pipes.fill();
