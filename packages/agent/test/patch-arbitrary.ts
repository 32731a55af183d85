import fc from 'fast-check';

export type Tree = ReadonlyMap<string, string>;

/** A tree, a Codex patch as a careful model writes it, and the tree that it has to come to. */
export interface PatchCase {
  readonly before: Tree;
  readonly after: Tree;
  readonly patch: string;
}

interface Line {
  readonly text: string;
  readonly ending: '\n' | '\r\n';
}

/** What becomes of a line: what is put in before it, and whether it goes. */
interface LineEdit {
  readonly before: readonly string[];
  readonly goes: boolean;
}

interface FileCase {
  readonly lines: readonly Line[];
  readonly endsInNewline: boolean;
  readonly edits: readonly LineEdit[];
  readonly appended: readonly string[];
  readonly fate: 'stays' | 'added' | 'deleted' | 'updated' | 'moved';
}

/** Few different lines, so that they repeat; some that look like the patch's own, some long, some not ASCII. */
const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('', 'a', 'b', '  a', '}', 'a  ') },
  fc.constantFrom('*** End Patch', '*** End of File', '@@ -1,2 +1,2 @@', '+a', '-a', '*** Update File: x'),
  fc.constantFrom(
    'ä€😀',
    '“quoted” – and\u00A0spaced',
    '\t\t',
    'x'.repeat(5_000),
    '\\ No newline at end of file',
  ),
  fc.stringMatching(/^[ -~]{0,30}$/),
);
const endings = fc.constantFrom<(index: number) => Line['ending']>(
  () => '\n',
  () => '\n',
  () => '\r\n',
  (index) => (index % 3 === 0 ? '\n' : '\r\n'),
);
const edit: fc.Arbitrary<LineEdit> = fc.record({
  before: fc.oneof({ weight: 6, arbitrary: fc.constant([]) }, fc.array(text, { minLength: 1, maxLength: 3 })),
  goes: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, fc.constant(true)),
});
const file: fc.Arbitrary<FileCase> = fc
  .record({
    texts: fc.array(fc.tuple(text, edit), { maxLength: 40 }),
    ending: endings,
    endsInNewline: fc.boolean(),
    appended: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(text, { maxLength: 3 })),
    fate: fc.constantFrom('stays', 'added', 'deleted', 'updated', 'updated', 'updated', 'moved'),
  })
  .map(({ texts, ending, endsInNewline, ...rest }) => ({
    ...rest,
    // An empty last line without an ending would be no line.
    endsInNewline: endsInNewline || texts.at(-1)?.[0] === '',
    lines: texts.map(([line], index) => ({ text: line, ending: ending(index) })),
    edits: texts.map(([, change]) => change),
  }));

const PATHS = ['f', 'a b.txt', 'src/deep/er/ä.ts', 'src/deep/g', "it's", '.hidden/x', 'src/h.js'];

/** Trees of up to seven files, of which any may be added, deleted, changed and moved. */
export const patchCase: fc.Arbitrary<PatchCase> = fc
  .tuple(fc.shuffledSubarray(PATHS, { minLength: 1 }), fc.array(file, { minLength: 7, maxLength: 7 }))
  .map(([paths, files]) => paths.map((path, at) => buildFile(path, files[at])))
  .filter((files) => files.some(({ sections }) => sections.length > 0))
  .map((files) => ({
    before: new Map(files.flatMap(({ before }) => before)),
    after: new Map(files.flatMap(({ after }) => after)),
    patch: ['*** Begin Patch', ...files.flatMap(({ sections }) => sections), '*** End Patch'].join('\n'),
  }));

interface BuiltFile {
  readonly before: readonly (readonly [string, string])[];
  readonly after: readonly (readonly [string, string])[];
  readonly sections: readonly string[];
}

function buildFile(path: string, from: FileCase | undefined): BuiltFile {
  if (from === undefined) return { before: [], after: [], sections: [] };
  const original = toText(from);
  const before = [[path, original]] as const;
  switch (from.fate) {
    case 'stays':
      return { before, after: before, sections: [] };
    case 'deleted':
      return { before, after: [], sections: [`*** Delete File: ${path}`] };
    case 'added': {
      const added = from.lines.map((line) => line.text);
      const sections = [`*** Add File: ${path}`, ...added.map((line) => `+${line}`)];
      return { before: [], after: [[path, added.map((line) => `${line}\n`).join('')]], sections };
    }
    case 'moved':
    case 'updated':
      return buildUpdate(path, from);
  }
}

function buildUpdate(path: string, from: FileCase): BuiltFile {
  const before = [[path, toText(from)]] as const;
  const chunks = writeChunks(from);
  const place = from.fate === 'moved' ? `new/${path}` : path;
  if (chunks.length === 0 && place === path) return { before, after: before, sections: [] };
  const move = place === path ? [] : [`*** Move to: ${place}`];
  const result = chunks.length === 0 ? toText(from) : toResult(from);
  return { before, after: [[place, result]], sections: [`*** Update File: ${path}`, ...move, ...chunks] };
}

function toText({ lines, endsInNewline }: FileCase): string {
  const whole = lines.map((line) => line.text + line.ending).join('');
  const last = lines.at(-1);
  return endsInNewline || last === undefined ? whole : whole.slice(0, -last.ending.length);
}

/** New lines end as most lines of the file do, and the last line ends. */
function toResult(from: FileCase): string {
  const whole = toText(from);
  const ending = (whole.split('\r\n').length - 1) * 2 > whole.split('\n').length - 1 ? '\r\n' : '\n';
  const kept = from.lines.map((line, at) => {
    const isCut = at === from.lines.length - 1 && !from.endsInNewline;
    return line.text + (isCut ? ending : line.ending);
  });
  const edited = kept.flatMap((line, at) => [
    ...(from.edits[at]?.before ?? []).map((added) => added + ending),
    ...(from.edits[at]?.goes === true ? [] : [line]),
  ]);
  return [...edited, ...from.appended.map((added) => added + ending)].join('');
}

const isChanged = ({ edits, lines, appended }: FileCase, at: number): boolean =>
  at === lines.length
    ? appended.length > 0
    : (edits[at]?.goes ?? false) || (edits[at]?.before.length ?? 0) > 0;

/** Three lines of context, more where the place would not be clear, the whole file where it never is. */
function writeChunks(from: FileCase): string[] {
  const { length } = from.lines;
  const changed = Array.from({ length: length + 1 }, (_, at) => at).filter((at) => isChanged(from, at));
  if (changed.length === 0) return [];
  for (const context of [3, 6, 12]) {
    const spans = mergeSpans(
      changed.map((at) => [Math.max(0, at - context), Math.min(length, at + context + 1)]),
    );
    if (
      spans.every(([start, end], index) => isClear(from, { start, end, after: spans[index - 1]?.[1] ?? 0 }))
    )
      return spans.flatMap(([start, end]) => writeChunk(from, start, end));
  }
  return writeChunk(from, 0, length);
}

type Span = readonly [start: number, end: number];

function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const [start, end] of spans) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last[1]) merged[merged.length - 1] = [last[0], Math.max(last[1], end)];
    else merged.push([start, end]);
  }
  return merged;
}

/** Whether these lines stand in one place only behind the chunk before them. */
function isClear(
  { lines }: FileCase,
  { start, end, after }: { start: number; end: number; after: number },
): boolean {
  const trimmed = lines.map((line) => line.text.trimEnd());
  const wanted = trimmed.slice(start, end);
  if (wanted.length === 0 || wanted.at(-1) === '') return false;
  const isAt = (at: number): boolean => wanted.every((line, offset) => trimmed[at + offset] === line);
  return trimmed.every((_, at) => at < after || at === start || !isAt(at));
}

function writeChunk({ lines, edits, appended }: FileCase, start: number, end: number): string[] {
  const body = lines.slice(start, end).flatMap((line, offset) => {
    const change = edits[start + offset];
    return [
      ...(change?.before ?? []).map((added) => `+${added}`),
      `${change?.goes === true ? '-' : ' '}${line.text}`,
    ];
  });
  return ['@@', ...body, ...(end === lines.length ? appended.map((added) => `+${added}`) : [])];
}
