import { parentPort } from 'node:worker_threads';
import type { PolicyReply, PolicyRequest } from './policy-request.ts';
import { COMMAND_RULES, loadRules } from './rules/load-rules.ts';
import { PatchScreener } from './screening/patch-screener.ts';
import { SecondOpinion } from './shell/second-opinion.ts';

/** The thread that parses hostile text: it may be killed at any time. Rules that break their examples end it here. */
const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');

const analyser = loadRules(COMMAND_RULES, await SecondOpinion.load());
const screener = new PatchScreener(analyser);

function answer(request: PolicyRequest): PolicyReply {
  switch (request.kind) {
    case 'command':
      return { kind: 'command', findings: analyser.analyse(request.cmd, request.shell) };
    case 'patch':
      return { kind: 'screened', findings: screener.screenPatch(request.diff) };
    case 'file':
      return { kind: 'screened', findings: screener.screenFile(request.file) };
  }
}

port.on('message', (request: PolicyRequest) => {
  port.postMessage(answer(request));
});
port.postMessage({ kind: 'ready' } satisfies PolicyReply);
