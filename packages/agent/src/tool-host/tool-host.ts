import type { ToolHostRequest, ToolHostResponse } from '@drydock/contracts';
import { DrydockError } from '@drydock/core';
import { applyPatch } from '../apply-patch/apply-patch.ts';
import { listWorkspaceDirectory } from '../workspace/list-workspace-directory.ts';
import { readWorkspaceFile } from '../workspace/read-workspace-file.ts';
import { WorkspacePatchFiles } from '../workspace/workspace-patch-files.ts';
import { describeFailure } from './describe-failure.ts';
import type { CommandHost } from './run-command.ts';
import { runCommand } from './run-command.ts';

const MAX_COMMANDS = 64;
/** In base64 and with the rest of the answer it fits into one frame. */
const MAX_READ_BYTES = 720 << 10;

interface ToolHostOptions {
  readonly commands: CommandHost;
  readonly send: (response: ToolHostResponse) => void;
  /** Kills every process of this user but this one. */
  readonly killAll: () => void;
}

type Request<Type extends ToolHostRequest['type']> = Extract<ToolHostRequest, { type: Type }>;

/** Does what the worker asks, as the code's own user. Requests run side by side; each is answered once. */
export class ToolHost {
  readonly #options: ToolHostOptions;
  readonly #running = new Map<number, AbortController>();

  constructor(options: ToolHostOptions) {
    this.#options = options;
  }

  /** Resolves when the answer is sent. */
  async serve(request: ToolHostRequest): Promise<void> {
    try {
      this.#options.send(await this.#answer(request));
    } catch (cause) {
      this.#options.send({ type: 'failed', id: request.id, body: describeFailure(cause) });
    }
  }

  async #answer(request: ToolHostRequest): Promise<ToolHostResponse> {
    const { workspace } = this.#options.commands;
    const { id } = request;
    switch (request.type) {
      case 'exec':
        return this.#exec(request);
      case 'apply_patch': {
        const changes = applyPatch(request.body.patch, new WorkspacePatchFiles(workspace));
        return { type: 'patched', id, body: { changes } };
      }
      case 'read_file':
        return this.#readFile(request);
      case 'list_dir': {
        const { path, maxEntries } = request.body;
        return { type: 'dir', id, body: await listWorkspaceDirectory(workspace, path, maxEntries) };
      }
      case 'cancel':
        this.#running.get(request.body.execId)?.abort();
        return { type: 'done', id, body: {} };
      case 'clear':
        this.#options.killAll();
        return { type: 'done', id, body: {} };
    }
  }

  async #exec({ id, body }: Request<'exec'>): Promise<ToolHostResponse> {
    const { commands, send } = this.#options;
    if (this.#running.size >= MAX_COMMANDS) {
      throw new DrydockError('invalid_request', { message: `${MAX_COMMANDS} commands are running already.` });
    }
    const cancel = new AbortController();
    this.#running.set(id, cancel);
    try {
      const onOutput = (bytes: Uint8Array): void =>
        send({ type: 'output', id, body: { data: Buffer.from(bytes).toString('base64') } });
      return {
        type: 'exited',
        id,
        body: await runCommand(commands, body, { onOutput, cancelled: cancel.signal }),
      };
    } finally {
      this.#running.delete(id);
    }
  }

  async #readFile({ id, body }: Request<'read_file'>): Promise<ToolHostResponse> {
    const maxBytes = Math.min(body.maxBytes, MAX_READ_BYTES);
    const { bytes, truncated } = await readWorkspaceFile(
      this.#options.commands.workspace,
      body.path,
      maxBytes,
    );
    return { type: 'file', id, body: { data: Buffer.from(bytes).toString('base64'), truncated } };
  }
}
