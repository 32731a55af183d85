import type { SandboxId } from '@drydock/contracts';
import type { LayerSource } from '@drydock/core';
import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { auditReport } from './audit-container.ts';
import { ArchiveFile } from './archive-file.ts';
import { BuilderOutput, builderFailed, type LayerRecord } from './builder-output.ts';
import { imageSizeFor, MAX_IMAGE_BYTES, readBuilderInput } from './builder-input.ts';
import { containerName, type ContainerPlan } from './container-options.ts';
import { endContainer } from './end-container.ts';
import { hasCode } from './has-code.ts';
import type { SandboxServices } from './host-services.ts';
import { createLayerImage } from './layer-image.ts';
import { IMAGE_NAMES, layerDir } from './layer-paths.ts';
import { applyMount, unmountAt } from './mount-effects.ts';
import { newSandboxId } from './new-sandbox-id.ts';
import { planPolicy } from './plan-policy.ts';
import type { SlotPaths } from './slot-paths.ts';
import { untilAborted } from './until-aborted.ts';
import { withHostSlot } from './with-host-slot.ts';
import { LAYER_UID } from './workspace-mounts.ts';

const MIB = 1_024 * 1_024;
/** An archive of the largest size, or a history of years, takes minutes on a slow disk. */
export const BUILD_TIMEOUT_MS = 300_000;
const BUILDER_MEMORY_BYTES = 768 * MIB;
/** A full image with what an archive adds to every file. */
const MAX_ARCHIVE_BYTES = 2 * MAX_IMAGE_BYTES;

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
  const own = { host: services, sandboxId: newSandboxId(), isShared: services.backend === 'overlay' };
  return withHostSlot(own, async (paths, tempDir) => {
    const image = join(tempDir, IMAGE_NAMES[services.backend]);
    const fill = services.backend === 'overlay' ? fillFileSystem : fillArchive;
    const place = { sandboxId: own.sandboxId, paths, image };
    const output = await fill(services, { ...place, source: request.source }, signal);
    await writeDurably(join(tempDir, 'layer.json'), JSON.stringify(output));
    await syncFile(image);
    await publish(tempDir, layerDir(config.layersDir, request.key));
    return output;
  });
}

interface FillRequest {
  readonly sandboxId: SandboxId;
  readonly paths: SlotPaths;
  readonly image: string;
  readonly source: LayerSource;
}

/** The builder fills an empty file system, which is then sealed. */
async function fillFileSystem(
  services: SandboxServices,
  { sandboxId, paths, image, source }: FillRequest,
  signal: AbortSignal,
): Promise<LayerRecord> {
  const { clock } = services.config;
  await createLayerImage(image, imageSizeFor(source));
  await applyMount({ kind: 'loop', image, target: paths.layer, readOnly: false }, clock);
  signal.throwIfAborted();
  const data = { kind: 'layer' as const, source: paths.layer, ...mirrorOf(source) };
  const plan = planBuilder(services, { sandboxId, data, emptyFile: paths.empty });
  const output = new BuilderOutput();
  const record = await runBuilder(services, { plan, source, recordFile: paths.container, output }, signal);
  await unmountAt(paths.layer, clock);
  return record;
}

/** The builder fills memory of its own and writes it out as an archive, opaque to us. */
async function fillArchive(
  services: SandboxServices,
  { sandboxId, paths, image, source }: FillRequest,
  signal: AbortSignal,
): Promise<LayerRecord> {
  const data = { kind: 'copied_layer' as const, size: imageSizeFor(source), ...mirrorOf(source) };
  const own = { sandboxId, data, emptyFile: paths.empty, args: ['image'] };
  using archive = new ArchiveFile(image, MAX_ARCHIVE_BYTES);
  const output = new BuilderOutput(archive.write);
  const plan = planBuilder(services, own);
  return await runBuilder(services, { plan, source, recordFile: paths.container, output }, signal);
}

function mirrorOf(source: LayerSource): { mirrorDir?: string } {
  return source.type === 'git' ? { mirrorDir: source.mirrorDir } : {};
}

function planBuilder(
  services: SandboxServices,
  own: Pick<ContainerPlan, 'sandboxId' | 'data' | 'emptyFile' | 'args'>,
): ContainerPlan {
  const { config, engineFacts, image, processes, cpuSets } = services;
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
    ...(processes.parent === undefined ? {} : { cgroupParent: processes.parent }),
  };
}

interface BuilderRun {
  readonly plan: ContainerPlan;
  readonly source: LayerSource;
  readonly recordFile: string;
  readonly output: BuilderOutput;
}

async function runBuilder(
  services: SandboxServices,
  { plan, source, recordFile, output }: BuilderRun,
  signal: AbortSignal,
): Promise<LayerRecord> {
  const { engine, processes, config, profile } = services;
  const name = containerName(plan.instanceId, plan.sandboxId);
  const policy = planPolicy(profile, plan);
  let id: string | undefined;
  try {
    await processes.prepare(config.totalMemoryBytes);
    id = await engine.create(name, policy);
    await writeFile(recordFile, JSON.stringify({ id, policy }), { mode: 0o600 });
    const container = await engine.findContainer(id);
    const violations = container === undefined ? ['it is gone'] : auditReport(profile, policy, container);
    if (violations.length > 0) throw builderFailed(`the engine made another one: ${violations.join('; ')}`);
    signal.throwIfAborted();
    const process = await engine.attach(id, { onStdout: output.add });
    await engine.start(id);
    await process.send(readBuilderInput(source, signal), signal);
    await untilAborted(process.ended, signal);
    return output.toRecord(process);
  } finally {
    await endContainer(services, { name, id });
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
