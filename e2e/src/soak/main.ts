import { parseArgs } from 'node:util';
import { explainFailure, watchStopSignals } from '@drydock/local-stack';
import { toText } from './report.ts';
import { isClean, soak } from './soak.ts';

const HELP = `npm run soak -- [--jobs <n>] [--parallel <n>]

Runs n jobs, some at a time, on an installation of its own with the scripted model. They end in every way: proven, failed,
cancelled, timed out, refused. Then counts what they left: containers, mounts, processes, files, Redis keys and more,
against what was there before.

  --jobs <n>      how many jobs, 1 to 100000 (default 200)
  --parallel <n>  how many at a time, 1 to 16 (default 4)
  --help          this text

Standard output: a table of kind, before, after, allowed, leaked. Standard error: progress.
Exit code: 0 clean; 1 something leaked or a job ended otherwise than meant; 64 wrong arguments; 78 this machine cannot.
`;

const EXIT_USAGE = 64;

interface Options {
  readonly jobs: number;
  readonly parallel: number;
}

/** The options, or undefined where only help was asked for. Throws where they cannot be meant. */
function parseOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      jobs: { type: 'string', default: '200' },
      parallel: { type: 'string', default: '4' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    jobs: parseCount('--jobs', values.jobs, 100_000),
    parallel: parseCount('--parallel', values.parallel, 16),
  };
}

function parseCount(name: string, text: string, most: number): number {
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > most) throw new RangeError(`${name} is a number from 1 to ${most}.`);
  return count;
}

async function main(): Promise<number> {
  let options: Options | undefined;
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`soak: ${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return EXIT_USAGE;
  }
  if (options === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const report = await soak({ ...options, say }, watchStopSignals());
  process.stdout.write(`${toText(report)}\n`);
  return isClean(report) ? 0 : 1;
}

process.exitCode = await main().catch((error: unknown) => {
  const { exitCode, text } = explainFailure(error);
  process.stderr.write(text);
  return exitCode;
});
