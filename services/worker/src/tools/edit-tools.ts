import type { Sandbox } from '@drydock/core';
import type { AttemptLog } from '../attempt/attempt-log.ts';
import type { CommandGate } from '../gate/command-gate.ts';
import type { EventSink } from '../attempt/event-sink.ts';
import type { Slice } from './slice.ts';
import type { ToolSet } from './tool-set.ts';
import { refused } from './tool-set.ts';

interface EditToolsOptions {
  readonly gate: Pick<CommandGate, 'admitPatch'>;
  readonly slice: Slice;
  readonly sandbox: Pick<Sandbox, 'applyPatch'>;
  readonly events: Pick<EventSink, 'emit'>;
  readonly log: AttemptLog;
}

/** The tools that edit files themselves. */
export function createEditTools({
  gate,
  slice,
  sandbox,
  events,
  log,
}: EditToolsOptions): ToolSet<'apply_patch'> {
  return {
    apply_patch: async (call, { callId, signal }) => {
      const refusal = await gate.admitPatch(callId, call.patch, signal);
      if (refusal !== undefined) return refusal;
      const applied = await slice.spend(() => sandbox.applyPatch(call, signal));
      if (applied.kind === 'mismatch') return refused('patch_mismatch', applied.message);
      for (const change of applied.changes) {
        events.emit({ type: 'file.changed', data: change });
        log.append(`${change.kind} ${change.path}`);
      }
      return { kind: 'patch_applied', changes: [...applied.changes] };
    },
  };
}
