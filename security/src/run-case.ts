import type { Sandbox } from '@drydock/core';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Engine } from './engine.ts';
import type { Canaries, ContainerShape, SecurityCase } from './security-case.ts';
import { soon } from './suite-host.ts';

const PRELUDE = readFileSync(new URL('./prelude.py', import.meta.url), 'utf8');
const PROBE_TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 262_144;

const Line = z.object({ attempt: z.string(), outcome: z.string() });

export interface ProbeReport {
  /** Attempts in their order, each with what came of it. */
  readonly attempts: readonly z.infer<typeof Line>[];
  /** `broken`: it did not come to its end, and says nothing about any wall. */
  readonly verdict: 'contained' | 'escaped' | 'broken';
  readonly output: string;
}

/** The probe in a real sandbox, as a command of the code under test. */
export async function probeSandbox(
  { before, probe }: SecurityCase,
  sandbox: Sandbox,
  canaries: Canaries,
): Promise<ProbeReport> {
  const exec = async (cmd: string): Promise<string> => {
    const limits = { timeoutMs: PROBE_TIMEOUT_MS, maxOutputBytes: MAX_OUTPUT_BYTES };
    const { head, tail } = await sandbox.exec({ cmd, workdir: '/job/work', ...limits }, soon());
    return head + tail;
  };
  if (before !== undefined) await exec(before);
  return readReport(await exec(toCommand(probe, canaries)));
}

/** The same probe where the door stands open: a container made like the sandbox's, and then weakened. */
export async function probeControl(
  { before, probe, weaken }: SecurityCase,
  { engine, like, canaries }: { engine: Engine; like: ContainerShape; canaries: Canaries },
): Promise<ProbeReport> {
  const commands = [...(before === undefined ? [] : [before]), toCommand(probe, canaries)].join('\n');
  const shape = toControl(like, commands);
  return readReport(await engine.run(weaken(shape, canaries)));
}

/** A container made like another, that runs a command, keeps what it prints and is nobody's sandbox. */
export function toControl(like: ContainerShape, commands: string): ContainerShape {
  return {
    ...like,
    Entrypoint: ['/bin/bash', '-c', commands],
    Cmd: [],
    Labels: {},
    OpenStdin: false,
    AttachStdin: false,
    HostConfig: { ...like.HostConfig, AutoRemove: false, LogConfig: { Type: 'json-file', Config: {} } },
  };
}

/** In base64, so that no process has the words that a probe looks for in its arguments. */
function toCommand(probe: string, { port, abstractName }: Canaries): string {
  const canaries = { port, abstractName };
  const script = `${PRELUDE}\nCANARY = ${JSON.stringify(canaries)}\n${probe}\nprint(json.dumps({"end": True}), flush=True)\n`;
  return `echo ${Buffer.from(script).toString('base64')} | base64 -d > /tmp/probe.py; python3 /tmp/probe.py 2>&1`;
}

function readReport(output: string): ProbeReport {
  const lines = output.split('\n').flatMap((text) => parseLine(text));
  const attempts = lines.flatMap((line) => Line.safeParse(line).data ?? []);
  const isWhole = lines.some((line) => typeof line === 'object' && line !== null && 'end' in line);
  if (attempts.some(({ outcome }) => outcome.startsWith('succeeded'))) {
    return { attempts, verdict: 'escaped', output };
  }
  return { attempts, verdict: isWhole && attempts.length > 0 ? 'contained' : 'broken', output };
}

function parseLine(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return [];
  }
}
