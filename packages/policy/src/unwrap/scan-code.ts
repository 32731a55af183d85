/** Calls of the common languages that run a command; what follows is looked at as a string or a list of strings. */
const SINK =
  /(?:\b(?:system|popen[234]?|popen2e|exec[lv]?[pe]{0,2}|execSync|execFile(?:Sync)?|spawn(?:Sync|[lv]p?e?)?|getoutput|getstatusoutput|check_(?:call|output)|run|call|Popen|create_subprocess_(?:shell|exec)|shell_exec|passthru|proc_open|pcntl_exec|qx|sh|execute|capture[23]e?|startProcess|Command|cmd|\$)\s*(?:\(|(?=["'`[]|qw\b))|%x|\|\s*getline|\bgetline\s*<|(?=`))/g;
const STRING =
  /"((?:\\.|[^"\\\n])*)"|'((?:\\.|[^'\\\n])*)'|`((?:\\.|[^`\\])*)`|(?:qw\s*)?[({[|]\s*([^"'`)\]}|]*?)\s*[)}\]|]/y;
const BETWEEN = /[\s,([]+|\w+\s*=\s*(?=["'[])|r(?=["'])|(?:"\s*\+\s*")/y;
const PIPED = /"((?:\\.|[^"\\\n])+)"\s*\|\s*getline|\|\s*"((?:\\.|[^"\\\n])+)"/g;
const WINDOW = 4_096;
const MAX_SINKS = 256;

/** Command lines that code hands to the shell or to exec, as far as they are literal. Bounded; never throws. */
export function scanCode(code: string): string[] {
  const found: string[] = [];
  for (const match of code.matchAll(SINK)) {
    if (found.length >= MAX_SINKS) break;
    const from = match.index + match[0].length;
    const strings = readStrings(code.slice(from, from + WINDOW));
    if (strings.length > 0) found.push(strings.join(' '), ...strings.filter((text) => text.includes(' ')));
  }
  for (const match of code.matchAll(PIPED)) found.push(decode(match[1] ?? match[2] ?? ''));
  return [...new Set(found)].slice(0, MAX_SINKS);
}

/** The strings that stand one behind the other. */
function readStrings(text: string): string[] {
  const strings: string[] = [];
  let at = 0;
  while (at < text.length && strings.length < 32) {
    const match = (at === 0 ? matchAt(STRING, text, 0) : null) ?? matchAt(STRING, text, skipGap(text, at));
    if (match === null) break;
    const value = match.slice(1).find((part) => part !== undefined);
    if (value !== undefined && value !== '') strings.push(decode(value));
    at = STRING.lastIndex;
  }
  return strings;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

const skipGap = (text: string, at: number): number => at + (matchAt(BETWEEN, text, at)?.[0].length ?? 0);

const HIDES =
  /b64decode|base64|fromhex|unhexlify|decompress|inflate|atob\s*\(|unpack\s*\(?["']u|rot13|marshal\.loads/;
const RUNS = /\b(?:exec|eval|system|popen|Function|instance_eval|loads)\s*\(?/;

/** Whether code runs text that it first decodes. */
export const hidesCode = (code: string): boolean => HIDES.test(code) && RUNS.test(code);

const decode = (text: string): string =>
  text.replaceAll(/\\(?:x([0-9a-fA-F]{2})|(["'\\ ]))/g, (_, hex?: string, char = '') =>
    hex === undefined ? String(char) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
