import type { CommandPolicy } from '@drydock/policy';
import { findPrivilegedCode } from './privileged-instruction.ts';
import type { ShownText } from './shown-texts.ts';

/** Of one look; a turn has some dozens. */
const MAX_TEXTS = 4_000;
const FOUND_IN_WORDS: ReadonlySet<string> = new Set(['privileged_command', 'unscreened']);
const IS_PROSE = /\.md$/;
/** In the middle of a sentence: a program whose name means nothing else, and what a shell would take for its argument. */
const INLINE =
  /\b(sudo|doas|pkexec|nsenter|chroot|insmod|modprobe|setcap)\s+(?:[\w.=-]+\s+){0,3}?(?:-\w|~?\/\w)|\b(?:sudo|doas|pkexec)\s+(?:mount|umount|su|sh|bash|apt|apt-get|dnf|yum|systemctl|chmod|chown|rm|tee|dd|docker|iptables|sysctl)\b/i;

/** Why texts may not be shown in tier `high`; undefined where they may. What is too much to look at may not. */
export async function screenTexts(
  policy: Pick<CommandPolicy, 'decide' | 'screenFile'>,
  texts: readonly ShownText[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const read = new Map(texts.map((each) => [`${each.path}\n${each.text}`, each]));
  if (read.size > MAX_TEXTS) return 'It is more than can be looked at.';
  for (const each of read.values()) {
    const found = await screenText(policy, each, signal);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function screenText(
  policy: Pick<CommandPolicy, 'decide' | 'screenFile'>,
  { path, text }: ShownText,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (text.trim() === '') return undefined;
  const findings = await policy.screenFile({ path, text }, signal);
  const finding = findings.find(({ rule }) => FOUND_IN_WORDS.has(rule));
  if (finding !== undefined) return `${finding.message} (line ${finding.line}, rule ${finding.rule})`;
  if (!IS_PROSE.test(path)) return undefined;
  const named = INLINE.exec(text)?.[1];
  if (INLINE.test(text)) return `It names a command of ${named ?? 'another user'}.`;
  return findPrivilegedCode(policy, text, signal);
}
