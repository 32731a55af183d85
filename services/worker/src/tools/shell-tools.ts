import type { Observation } from '@drydock/contracts';
import type { CommandGate } from '../gate/command-gate.ts';
import type { EventSink } from '../attempt/event-sink.ts';
import type { JobEgress } from '../gate/job-egress.ts';
import type { CommandRunner } from './command-runner.ts';
import { WORKDIR } from './command-runner.ts';
import type { Slice } from './slice.ts';
import type { ToolSet } from './tool-set.ts';
import { markUntrusted } from './untrusted-output.ts';

interface ShellToolsOptions {
  readonly gate: Pick<CommandGate, 'admit' | 'admitInput' | 'requestPermissions'>;
  readonly slice: Slice;
  readonly commands: Pick<CommandRunner, 'exec' | 'writeStdin'>;
  readonly egress: Pick<JobEgress, 'takeDenials'>;
  readonly events: Pick<EventSink, 'emit'>;
}

/** The tools that run what the model writes, each call after the gate has admitted it. */
export function createShellTools({
  gate,
  slice,
  commands,
  egress,
  events,
}: ShellToolsOptions): ToolSet<'exec_command' | 'write_stdin' | 'request_permissions'> {
  /** Adds what the platform has to say: connections that were refused meanwhile, output that is not to be obeyed. */
  const note = async (callId: string, run: () => Promise<Observation>): Promise<Observation> => {
    const observation = markUntrusted(await slice.spend(run), callId, (event) => events.emit(event));
    const denials = egress.takeDenials();
    if (observation.kind !== 'command' || denials.length === 0) return observation;
    return { ...observation, notices: [...(observation.notices ?? []), ...denials] };
  };
  return {
    // The time that a person takes to decide is none of the slice's.
    exec_command: async (args, { callId, signal }) => {
      const call = { callId, tool: 'exec_command', cmd: args.cmd, workdir: args.workdir ?? WORKDIR };
      const admission = await gate.admit(call, args, signal);
      if (admission.kind === 'refused') return admission.observation;
      const { env, end } = admission;
      return note(callId, () => commands.exec(callId, args, { env, end, signal }));
    },
    write_stdin: async (args, { callId, signal }) => {
      const call = { callId, tool: 'write_stdin', cmd: args.chars, workdir: WORKDIR };
      const refusal = await gate.admitInput(call, signal);
      return refusal ?? note(callId, () => commands.writeStdin(callId, args, signal));
    },
    request_permissions: (args, { callId, signal }) => gate.requestPermissions(callId, args, signal),
  };
}
