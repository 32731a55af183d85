import type { CommandContext } from '@drydock/core';
import type { CommandPolicy } from '@drydock/policy';

/** Lines and code spans that are looked at: an instruction has 100,000 characters at most. */
const MAX_PARTS = 2_000;
const TOO_MUCH = 'It holds more code than can be looked at.';
const CODE_SPAN = /`([^`\n]{2,500})`/g;
/** One word in a sentence is a name: the `passwd` field. */
const HAS_ARGUMENT = /\S\s+\S/;
/** Of a shell; `# ` is a heading unless what follows has an option or a path. */
const PROMPT = /^\s*(?:\$\s+|#\s+(?=\S+\s+[-/]))/;
const FENCE = /^\s*(?:```|~~~)/;
/** Programs whose names mean nothing else in a sentence. */
const UNMISTAKABLE =
  /(?:^|[\s"'(/])(sudo|doas|pkexec|nsenter|insmod|modprobe|setcap|iptables|mknod|bpftool|setenforce|chroot|visudo)(?=$|[\s"').,;:])/i;

const CONTEXT: CommandContext = {
  tier: 'high',
  attended: false,
  grantedHosts: [],
  networkAllowed: false,
  privilegedGranted: false,
  mode: 'enforce',
};

/** What in an instruction would lead to privileged commands, for tier `high`; undefined where nothing does. */
export async function findPrivilegedInstruction(
  policy: Pick<CommandPolicy, 'decide'>,
  instruction: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const named = UNMISTAKABLE.exec(instruction.replaceAll(/\\\r?\n/g, ''))?.[1];
  if (named !== undefined) return `The instruction asks for ${named}, a privileged command.`;
  const found = await findPrivilegedCode(policy, instruction, signal);
  return found && `The instruction asks for a privileged command: ${found}`;
}

/** Why the code in a text of the model, set as such or like a prompt of a shell, is privileged; undefined: it is not. */
export async function findPrivilegedCode(
  policy: Pick<CommandPolicy, 'decide'>,
  text: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const parts = findCode(text);
  if (parts.length > MAX_PARTS) return TOO_MUCH;
  for (const cmd of parts) {
    const decision = await policy.decide({ cmd, workdir: '/job/work' }, CONTEXT, signal);
    if (decision.privileged) return decision.reason;
  }
  return undefined;
}

const isCommand = (span: string): boolean => HAS_ARGUMENT.test(span);

/** Text that is set as code, and lines that begin like a prompt of a shell. */
function findCode(instruction: string): string[] {
  const parts: string[] = [];
  let isFenced = false;
  // A backslash at the end of a line takes in the next.
  for (const line of instruction.replaceAll(/\\\r?\n/g, '').split('\n')) {
    if (FENCE.test(line)) isFenced = !isFenced;
    else if (isFenced || PROMPT.test(line)) parts.push(line.replace(PROMPT, ''));
    else parts.push(...Array.from(line.matchAll(CODE_SPAN), ([, span = '']) => span).filter(isCommand));
  }
  return parts.filter((part) => part.trim() !== '');
}
