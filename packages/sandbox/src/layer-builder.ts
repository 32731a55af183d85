import { LayerBuildOutput } from '@drydock/contracts';
import type { LayerSource } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { imageSizeFor, MAX_IMAGE_BYTES, readBuilderInput } from './builder-input.ts';
import { buildContainerOptions, containerName, type ContainerPlan } from './container-options.ts';
import { endContainer } from './end-container.ts';
import { findViolations } from './find-violations.ts';
import type { GuestProcess } from './guest-process.ts';
import { hasCode } from './has-code.ts';
import type { SandboxServices } from './host-services.ts';
import { createLayerImage } from './layer-image.ts';
import { layerDir } from './layer-paths.ts';
import { applyMount, unmountAt } from './mount-effects.ts';
import { newSandboxId } from './new-sandbox-id.ts';
import { untilAborted } from './until-aborted.ts';
import { withHostSlot } from './with-host-slot.ts';
import { LAYER_UID } from './workspace-mounts.ts';

const MIB = 1_024 * 1_024;
/** An archive of the largest size, or a history of years, takes minutes on a slow disk. */
export const BUILD_TIMEOUT_MS = 300_000;
const BUILDER_MEMORY_BYTES = 768 * MIB;
const MAX_OUTPUT_BYTES = 64 * 1_024;

export type LayerRecord = Extract<LayerBuildOutput, { baseSha: string }>;

/**
 * Builds a layer in a container of its own: the host only makes an empty file system and seals it. It is built aside
 * and renamed, so a layer's directory is whole or not there. Throws `bad_source` where the source is to blame.
 */
export async function buildLayer(
  services: SandboxServices,
  request: { readonly key: string; readonly source: LayerSource },
  signal: AbortSignal,
): Promise<LayerRecord> {
  const { config } = services;
  await mkdir(config.layersDir, { recursive: true, mode: 0o700 });
  const sandboxId = newSandboxId();
  return withHostSlot({ host: services, sandboxId }, async (paths, tempDir) => {
    const image = join(tempDir, 'image.ext4');
    await createLayerImage(image, imageSizeFor(request.source));
    await applyMount({ kind: 'loop', image, target: paths.layer, readOnly: false }, config.clock);
    signal.throwIfAborted();
    const mirror = request.source.type === 'git' ? { mirrorDir: request.source.mirrorDir } : {};
    const data = { kind: 'layer' as const, source: paths.layer, ...mirror };
    const plan = planBuilder(services, { sandboxId, data, emptyFile: paths.empty });
    const { source } = request;
    const output = await runBuilder(services, { plan, source, recordFile: paths.container }, signal);
    await unmountAt(paths.layer, config.clock);
    await writeDurably(join(tempDir, 'layer.json'), JSON.stringify(output));
    await syncFile(image);
    await publish(tempDir, layerDir(config.layersDir, request.key));
    return output;
  });
}

function planBuilder(
  services: SandboxServices,
  own: Pick<ContainerPlan, 'sandboxId' | 'data' | 'emptyFile'>,
): ContainerPlan {
  const { config, engineFacts, image, cgroups, cpuSets } = services;
  return {
    ...own,
    instanceId: config.instanceId,
    expiresAt: config.clock.now() + BUILD_TIMEOUT_MS,
    imageId: config.imageId,
    image,
    runtime: engineFacts.defaultRuntime,
    kernel: 'host',
    runtimeDir: config.runtimeDir,
    loader: config.loader,
    program: 'build-layer',
    uid: LAYER_UID,
    memoryBytes: BUILDER_MEMORY_BYTES,
    diskBytes: MAX_IMAGE_BYTES,
    ...cpuSets.take(1),
    ...(cgroups.parent === undefined ? {} : { cgroupParent: cgroups.parent }),
  };
}

async function runBuilder(
  services: SandboxServices,
  { plan, source, recordFile }: { plan: ContainerPlan; source: LayerSource; recordFile: string },
  signal: AbortSignal,
): Promise<LayerRecord> {
  const { engine, cgroups, config } = services;
  const name = containerName(plan.instanceId, plan.sandboxId);
  const policy = buildContainerOptions(plan);
  let id: string | undefined;
  try {
    await cgroups.prepare(config.totalMemoryBytes);
    id = await engine.create(name, policy);
    await writeFile(recordFile, JSON.stringify({ id, policy }), { mode: 0o600 });
    const container = await engine.findContainer(id);
    const violations = container === undefined ? ['it is gone'] : findViolations(policy, container);
    if (violations.length > 0) throw failed(`the engine made another one: ${violations.join('; ')}`);
    signal.throwIfAborted();
    const output = new BuilderOutput();
    const process = await engine.attach(id, { onStdout: output.add });
    await engine.start(id);
    await process.send(readBuilderInput(source, signal), signal);
    await untilAborted(process.ended, signal);
    return output.toRecord(process);
  } finally {
    await endContainer(services, { name, id });
  }
}

/** The one line that a builder writes. */
class BuilderOutput {
  #text = '';

  readonly add = (chunk: Uint8Array): void => {
    this.#text += Buffer.from(chunk).toString('latin1');
    if (this.#text.length > MAX_OUTPUT_BYTES) throw failed('it writes too much');
  };

  toRecord(process: GuestProcess): LayerRecord {
    const output = LayerBuildOutput.safeParse(this.#parse(process)).data;
    if (output === undefined) throw failed('its answer has an unknown shape');
    if (!('error' in output)) return output;
    const { message, pointer } = output.error;
    throw new DrydockError('bad_source', { message, details: pointer === undefined ? {} : { pointer } });
  }

  #parse(process: GuestProcess): unknown {
    try {
      return JSON.parse(Buffer.from(this.#text, 'latin1').toString());
    } catch (cause) {
      throw failed(process.failure?.message ?? process.stderr.trim().slice(-500), cause);
    }
  }
}

/** Durable before it has its name; whoever was first with the same key made the same. */
async function publish(tempDir: string, target: string): Promise<void> {
  await syncFile(tempDir);
  try {
    await rename(tempDir, target);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'EEXIST')) throw error;
  }
  await syncFile(dirname(target));
}

async function writeDurably(path: string, text: string): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  await file.writeFile(text);
  await file.sync();
}

async function syncFile(path: string): Promise<void> {
  await using file = await open(path, 'r');
  await file.sync();
}

function failed(reason: string, cause?: unknown): DrydockError {
  return new DrydockError('sandbox_start_failed', {
    message: `The builder container failed: ${reason}`,
    cause,
  });
}
