import { EgressReport } from '@drydock/contracts';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { GATEWAY_ARGV } from '../src/index.ts';

/** The gateway as the monitor runs it: its own process, told nothing but its config. */
export class GatewayProcess implements AsyncDisposable {
  readonly stateDir: string;
  readonly reports: EgressReport[] = [];
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  stderr = '';

  constructor(rules: string) {
    this.stateDir = mkdtempSync(join(tmpdir(), 'drydock-egress-'));
    const rulesFile = join(this.stateDir, 'rules.yaml');
    writeFileSync(rulesFile, rules);
    this.#env = { DRYDOCK_STATE_DIR: this.stateDir, DRYDOCK_EGRESS_RULES_FILE: rulesFile };
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, GATEWAY_ARGV, { env: this.#env, stdio: 'pipe' });
    this.#child = child;
    child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    const ready = Promise.withResolvers<void>();
    createInterface({ input: child.stdout }).on('line', (line) => {
      const report = EgressReport.parse(JSON.parse(line));
      this.reports.push(report);
      if (report.type === 'ready') ready.resolve();
    });
    await ready.promise;
  }

  /** Resolves with its exit code. */
  async startInVain(): Promise<number | null> {
    const child = spawn(process.execPath, GATEWAY_ARGV, { env: this.#env, stdio: 'pipe' });
    child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return code;
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'close');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.stateDir, { recursive: true, force: true });
  }
}
