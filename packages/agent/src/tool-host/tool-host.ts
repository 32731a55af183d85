import { relative, resolve } from 'node:path';
import type { ToolHostRequest, ToolHostResponse } from '@drydock/contracts';
import { applyPatch } from '../apply-patch/apply-patch.ts';
import { listWorkspaceDirectory } from '../workspace/list-workspace-directory.ts';
import { readWorkspaceFile } from '../workspace/read-workspace-file.ts';
import { WorkspacePatchFiles } from '../workspace/workspace-patch-files.ts';
import { describeFailure } from './describe-failure.ts';
import type { CommandHost } from './command.ts';
import { fingerprintTree } from './fingerprint-tree.ts';
import { LiveCommands } from './live-commands.ts';

/** In base64 and with the rest of the answer it fits into one frame. */
const MAX_READ_BYTES = 720 << 10;

interface ToolHostOptions {
  readonly commands: CommandHost;
  /** Where changes of the workspace show: its own layer, or itself where it is a copy. */
  readonly findChangedRoot: () => string;
  readonly send: (response: ToolHostResponse) => void;
  /** Kills every process of this user but this one. */
  readonly killAll: () => void;
}

type Request<Type extends ToolHostRequest['type']> = Extract<ToolHostRequest, { type: Type }>;

/** Does what the worker asks, as the code's own user. Requests run side by side; each is answered once. */
export class ToolHost {
  readonly #options: ToolHostOptions;
  readonly #commands: LiveCommands;

  constructor(options: ToolHostOptions) {
    this.#options = options;
    this.#commands = new LiveCommands(options.commands, options.send);
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
        return this.#commands.exec(request);
      case 'write':
        return this.#commands.write(request);
      case 'apply_patch':
        return this.#applyPatch(request);
      case 'read_file':
        return this.#readFile(request);
      case 'list_dir': {
        const { path, maxEntries } = request.body;
        return { type: 'dir', id, body: await listWorkspaceDirectory(workspace, path, maxEntries) };
      }
      case 'cancel':
        this.#commands.cancel(request.body.execId);
        return { type: 'done', id, body: {} };
      case 'fingerprint':
        return {
          type: 'fingerprint',
          id,
          body: { digest: fingerprintTree(this.#options.findChangedRoot()) },
        };
      case 'ping':
        return { type: 'done', id, body: {} };
      case 'clear':
        this.#options.killAll();
        return { type: 'done', id, body: {} };
    }
  }

  #applyPatch({ id, body }: Request<'apply_patch'>): ToolHostResponse {
    const { workspace } = this.#options.commands;
    const directory = relative(workspace, resolve(workspace, body.workdir ?? workspace));
    const changes = applyPatch(body.patch, new WorkspacePatchFiles(workspace, directory));
    return { type: 'patched', id, body: { changes } };
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
