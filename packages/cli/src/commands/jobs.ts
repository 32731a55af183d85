import { describeResult } from '@drydock/client';
import type { JobFilter } from '@drydock/client';
import type { JobJson, JobResult } from '@drydock/contracts';
import { JobState } from '@drydock/contracts';
import { EXIT, wrongUsage } from '../cli-error.ts';
import type { Command, CommandInput } from '../command.ts';
import { parseJobId } from '../parse-job-id.ts';
import { forTerminal, toJson, toTable } from '../terminal.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 10_000;
const MAX_PAGE = 100;

export const JOB_COMMANDS: readonly Command[] = [
  {
    name: 'jobs list',
    args: [],
    flags: ['status', 'limit'],
    summary: 'the newest jobs',
    run: async ({ flags, client, out }) => {
      const limit = parseLimit(flags.limit);
      const jobs: JobJson[] = [];
      for await (const job of client().listJobs({
        ...parseStatus(flags.status),
        pageSize: Math.min(limit, MAX_PAGE),
      })) {
        jobs.push(job);
        if (jobs.length === limit) break;
      }
      if (flags.json === true) jobs.forEach((job) => out(toJson(job)));
      else out(toTable([['JOB', 'STATUS', 'VERIFIED', 'KIND', 'CREATED', 'MODEL'], ...jobs.map(toRow)]));
      return EXIT.done;
    },
  },
  {
    name: 'jobs show',
    args: ['job'],
    flags: [],
    summary: 'one job, with its result',
    run: async (input) => show(input, await input.client().getJob(parseJobId(input.args[0]))),
  },
  {
    name: 'jobs cancel',
    args: ['job'],
    flags: [],
    summary: 'end a job; what it has made so far stays',
    run: async (input) => show(input, await input.client().cancelJob(parseJobId(input.args[0]))),
  },
  {
    name: 'jobs message',
    args: ['job'],
    flags: ['text'],
    summary: 'write to a job that runs: the model reads it before its next turn',
    run: async ({ args, flags, client, out }) => {
      const jobId = parseJobId(args[0]);
      if (flags.text === undefined) throw wrongUsage('jobs message needs --text.');
      const message = await client().sendMessage(jobId, flags.text);
      out(flags.json === true ? toJson(message) : toTable([['message', message.id]]));
      return EXIT.done;
    },
  },
];

const toVerified = ({ result }: JobJson): string =>
  (result?.verified ?? null) === null ? '-' : String(result?.verified);

const toRow = (job: JobJson): string[] => [
  job.id,
  job.status,
  toVerified(job),
  job.kind,
  job.created_at,
  forTerminal(job.model),
];

function show({ flags, out }: CommandInput, job: JobJson): number {
  out(flags.json === true ? toJson(job) : toTable([...toFacts(job), ...toFindings(job)]));
  return EXIT.done;
}

function toFacts(job: JobJson): string[][] {
  const labels = Object.entries(job.labels).map(([name, value]) => `${name}=${value}`);
  return [
    ['job', job.id],
    ['status', job.status],
    ['verified', toVerified(job)],
    ['kind', `${job.kind}, tier ${job.tier}, ${forTerminal(job.model)}`],
    ['created', job.created_at],
    ['started', job.started_at ?? '-'],
    ['finished', job.finished_at ?? '-'],
    ['labels', forTerminal(labels.join(' ')) || '-'],
  ];
}

function toFindings({ result, error }: JobJson): string[][] {
  const warnings = result?.warnings ?? [];
  return [
    ['patch', `${result?.patch_bytes ?? 0} bytes`],
    ['summary', forTerminal(result?.summary ?? '-')],
    ...(result === null ? [] : toOwnRows(result)),
    ...warnings.map(({ code, message }) => ['warning', `${code}: ${forTerminal(message)}`]),
    ...(error === null ? [] : [['error', `${error.code}: ${forTerminal(error.message)}`]]),
  ];
}

/** What is of the job's kind, and what the agent claims. */
function toOwnRows(result: JobResult): string[][] {
  const { claims = [] } = result;
  return [
    ...describeResult(result).map((line, index) => [index === 0 ? 'found' : '', toTerminalLine(line)]),
    ...claims.map(({ command, outcome }) => ['claimed', `${forTerminal(command)}: ${outcome}`]),
  ];
}

/** With the blanks that it begins with: they say what belongs together. */
const toTerminalLine = (line: string): string => {
  const blanks = line.length - line.trimStart().length;
  return `${' '.repeat(blanks)}${forTerminal(line)}`;
};

function parseLimit(text = String(DEFAULT_LIMIT)): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw wrongUsage(`--limit is a number from 1 to ${MAX_LIMIT}.`);
}

function parseStatus(text: string | undefined): JobFilter {
  if (text === undefined) return {};
  const parsed = JobState.array().safeParse(text.split(','));
  if (parsed.success) return { status: parsed.data };
  throw wrongUsage(`--status is one of ${JobState.options.join(', ')}.`);
}
