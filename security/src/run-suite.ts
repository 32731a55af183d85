import { Engine } from './engine.ts';
import type { HostCase, HostScene } from './host-case.ts';
import { openCanaries } from './open-canaries.ts';
import { probeControl, probeSandbox, type ProbeReport } from './run-case.ts';
import {
  BOUNDARIES,
  CASE_CLASSES,
  type Boundary,
  type Canaries,
  type SecurityCase,
} from './security-case.ts';
import type { SuiteHost } from './suite-host.ts';

/** A probe of the guest's, or one of the host's. */
export type AnyCase = SecurityCase | HostCase;

export interface CaseResult {
  readonly case: AnyCase;
  readonly boundary: Boundary;
  readonly probe: ProbeReport;
  /** The probe where the door stands open. Undefined on gVisor: what a probe can do was shown on the host's kernel. */
  readonly control: ProbeReport | undefined;
}

/** Runs every case that the boundary can run, one after the other: a sandbox for each class, a control for each case. */
export async function* runSuite(
  host: SuiteHost,
  { boundary, cases }: { readonly boundary: Boundary; readonly cases: readonly AnyCase[] },
): AsyncGenerator<CaseResult, void> {
  const runnable = cases.filter(({ boundaries = BOUNDARIES }) => boundaries.includes(boundary));
  await using canaries = await openCanaries();
  for (const name of CASE_CLASSES) {
    const own = runnable.filter((item) => item.class === name);
    if (own.length > 0) yield* runClass(host, { boundary, cases: own, canaries });
  }
}

interface ClassRun {
  readonly boundary: Boundary;
  readonly cases: readonly AnyCase[];
  readonly canaries: Canaries;
}

async function* runClass(
  host: SuiteHost,
  { boundary, cases, canaries }: ClassRun,
): AsyncGenerator<CaseResult, void> {
  const engine = new Engine(host.dockerSocket);
  await using sandbox = await host.start(host.runtimes[boundary]);
  const like = await engine.describe(`drydock-${host.instanceId}-${sandbox.id}`);
  for (const item of cases) {
    const scene = { boundary, sandbox, engine, like, canaries };
    const reports = 'weaken' in item ? await runGuestCase(item, scene) : await runHostCase(item, scene);
    yield { case: item, boundary, ...reports };
  }
}

type Reports = Pick<CaseResult, 'probe' | 'control'>;

interface GuestScene extends HostScene {
  readonly boundary: Boundary;
  readonly canaries: Canaries;
}

async function runGuestCase(item: SecurityCase, scene: GuestScene): Promise<Reports> {
  const probe = await probeSandbox(item, scene.sandbox, scene.canaries);
  return { probe, control: scene.boundary === 'runc' ? await probeControl(item, scene) : undefined };
}

async function runHostCase(item: HostCase, scene: HostScene): Promise<Reports> {
  return { probe: await item.probe(scene), control: await item.control(scene) };
}

/** Whether a result is as it has to be. */
export function isSound({ probe, control }: CaseResult): boolean {
  return probe.verdict === 'contained' && (control === undefined || control.verdict === 'escaped');
}
