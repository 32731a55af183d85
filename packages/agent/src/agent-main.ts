import type { AgentFrame } from '@drydock/contracts';
import { AGENT_PROTOCOL_VERSION, WorkerFrame } from '@drydock/contracts';
import { startEgressForwarder } from './egress-forwarder.ts';
import { runLoop } from './run-loop.ts';
import { exitWith, serveStdio } from './serve-stdio.ts';
import { findShell } from './tool-host/shell.ts';
import { WorkerLine } from './worker-line.ts';

const send: (frame: AgentFrame) => void = serveStdio<WorkerFrame>(WorkerFrame, (frame) =>
  line.receive(frame),
);
const line = new WorkerLine(send);
// Before any command runs: the port cannot be somebody else's.
startEgressForwarder();
send({ type: 'ready', body: { protocol: AGENT_PROTOCOL_VERSION } });

// The process stays when the loop has ended: it is the container's first one, and the workspace is still needed.
line.started
  .then((start) => runLoop(start, line, findShell()?.name ?? 'none'))
  .then(send)
  .catch(exitWith);
