import { cpus, release, totalmem } from 'node:os';
import type { Engine } from './engine.ts';

/** The machine in one line. Its name stays out: numbers are published. */
export async function describeMachine(engine: Engine): Promise<string> {
  const model = cpus()[0]?.model.trim() ?? 'unknown CPU';
  const kernel = release().split('-')[0] ?? '';
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${cpus().length} cores (${model}), ${memory}, kernel ${kernel}, Docker ${await engine.version()}, Node ${process.version}`;
}
