/** Why a text is not even parsed. `rule` goes into the decision. */
export interface TextFault {
  readonly rule: string;
  readonly at: number;
  readonly reason: string;
}

const CHECKS: readonly (readonly [rule: string, pattern: RegExp, reason: string])[] = [
  // oxlint-disable-next-line no-control-regex -- these characters are what is looked for
  ['control_character', /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/, 'holds a control character'],
  [
    'invisible_character',
    /[\u00AD\u061C\u180E\u200B\u200C\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E0FFF}]/u,
    'holds an invisible or direction-changing character',
  ],
  // Joins pictures into one, and nothing else.
  ['invisible_character', /(?<!\p{Extended_Pictographic}\uFE0F?)\u200D/u, 'holds an invisible character'],
  ['lone_surrogate', /\p{Surrogate}/u, 'is not valid Unicode'],
  ['split_word', /[^\s;&|()]\\\n[^\s]/, 'continues a word on the next line'],
];

/** Text that different readers take for different commands: shells, parsers and people must see the same. */
export function findTextFault(text: string): TextFault | undefined {
  for (const [rule, pattern, reason] of CHECKS) {
    const at = text.search(pattern);
    if (at !== -1) return { rule, at, reason: `The command ${reason}.` };
  }
  if (text.normalize('NFC') === text) return undefined;
  return { rule: 'not_normalised', at: 0, reason: 'The command is not in Unicode normal form C.' };
}
