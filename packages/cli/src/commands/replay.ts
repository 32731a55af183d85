import type { JobJson } from '@drydock/contracts';
import { EXIT } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { parseJobId } from '../parse-job-id.ts';
import { forTerminal, toJson } from '../terminal.ts';

const MAX_EXCERPT_CHARS = 1_000;

export const REPLAY_COMMANDS: readonly Command[] = [
  {
    name: 'replay',
    args: ['job'],
    flags: [],
    summary: 'play what the model said again, on the same tree; tells the first difference',
    run: async ({ args, flags, client, out }) => {
      const api = client();
      const { id } = await api.replayJob(parseJobId(args[0]));
      if (flags.json !== true) out(`▸ ${id} replays ${args[0]}\n`);
      for await (const event of api.followEvents(id)) {
        if (event.type === 'job.finished') break;
        if (event.type === 'approval.requested' && flags.json !== true)
          out(`  waits for ${event.data.approval_id}: npm run drydock -- approvals\n`);
      }
      const job = await api.getJob(id);
      out(flags.json === true ? toJson(job) : describe(job));
      return hasPlayed(job) ? EXIT.done : EXIT.failed;
    },
  },
];

/** Nothing differed to the end of the recording, whatever that end was. */
const hasPlayed = ({ result }: JobJson): boolean =>
  result?.replay?.divergence === null && result.replay.turns === result.replay.recorded_turns;

function describe({ status, error, result }: JobJson): string {
  const replay = result?.replay;
  if (replay === undefined) return `✘ ${status}${error === null ? '' : `: ${forTerminal(error.message)}`}\n`;
  const { turns, recorded_turns: recorded, divergence } = replay;
  if (divergence === null) {
    const mark = turns === recorded ? '✔' : '✘';
    return `${mark} ${turns} of ${recorded} turns, nothing differed; the replay ended ${status}${error === null ? '' : ` (${error.code})`}\n`;
  }
  const quote = (text: string): string => forTerminal(text, MAX_EXCERPT_CHARS);
  return `✘ differs before turn ${divergence.turn} of ${recorded}\n  recorded: ${quote(divergence.expected)}\n  now:      ${quote(divergence.got)}\n`;
}
