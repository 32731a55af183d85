import type { AddedScript } from './find-scripts.ts';
import type { AddedLine } from './parse-added-lines.ts';

const FENCE = /^\s*(?:>\s*)?(?:```+|~~~+)\s*\{?\.?([\w-]*)/;
/** What a fence may say of a text that somebody types into a shell; none says as much. */
const SHELL_FENCE = /^(?:|sh|bash|zsh|fish|shell|console|terminal|shell-?session|text|plain|plaintext|bat)$/i;
const PROMPT = /^\s*(?:[\w.@:~/[\]-]*[$#%>]\s+)?/;
/** Programs that are privileged whatever follows, and those that are words of prose unless an option or a path follows. */
const ALWAYS =
  'sudo|doas|pkexec|nsenter|insmod|rmmod|modprobe|setcap|ip6?tables|mknod|bpftool|setenforce|chroot|visudo|useradd|usermod|systemctl|sysctl|umount|swapon|losetup|pivot_root|mkfs(?:\\.\\w+)?';
const WITH_ARGUMENT =
  'mount|su|unshare|docker|podman|chown|chmod|reboot|passwd|nft|service|crontab|capsh|runc';
const PROSE_WORD =
  '(?:is|was|are|were|has|had|does|may|might|can|cannot|will|would|should|must|or|and|to|in|for|from|with|without|on|as|mode|access|rights|privileges|password|needs?|requires?)\\b';
/** A command in the place of one: at the start of a line, of an item of a list, or behind another command. */
const COMMAND = new RegExp(
  `(?:^[\\s>*+"'\`]*(?:(?:[-*+>$#%]|\\d+[.)])\\s+)*["'\`]?|[;&|]\\s*)(?:\\w+=\\S*\\s+)*((?:[\\w./-]*/)?(?:(?:${ALWAYS})\\s+(?!${PROSE_WORD})|(?:${WITH_ARGUMENT})\\s(?=.{0,200}?(?:^|\\s)["']?(?:[-/~$]|\\.{1,2}/|[ugoa]*\\+))).*)`,
);

/** What a text for people tells them to run: blocks that are set as shell, and lines that are commands. */
export function findProse(added: readonly AddedLine[]): AddedScript[] {
  const found: AddedScript[] = [];
  let fence: string | undefined;
  let end = 0;
  for (const { line, text } of added) {
    // Behind a gap nobody knows whether the block goes on.
    if (line !== end) fence = undefined;
    end = line + 1;
    const mark = FENCE.exec(text);
    if (mark !== null) fence = fence === undefined ? (mark[1] ?? '') : undefined;
    else {
      const isShell = fence !== undefined && SHELL_FENCE.test(fence);
      const script = isShell ? text.replace(PROMPT, '') : COMMAND.exec(text)?.[1];
      if (script !== undefined) found.push({ line, text: script, language: 'prose', isSetup: false });
    }
  }
  return joinContinued(found);
}

/** A backslash at the end of a line takes in the next. */
function joinContinued(scripts: readonly AddedScript[]): AddedScript[] {
  const joined: AddedScript[] = [];
  for (const script of scripts) {
    const last = joined.at(-1);
    const lines = last?.text.split('\n').length ?? 0;
    if (last?.text.endsWith('\\') === true && last.line + lines === script.line)
      joined.splice(-1, 1, { ...last, text: `${last.text}\n${script.text}` });
    else joined.push(script);
  }
  return joined;
}
