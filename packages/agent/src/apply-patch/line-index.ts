/**
 * Lines of a file, searched in four passes, each less strict than the one before: exact, without trailing space,
 * without space at both ends, and with typographic dashes, quotes and spaces as their ASCII forms.
 */
export class LineIndex {
  readonly lines: readonly string[];
  /** The lines as each pass sees them, made when a pass is first needed: chunks of one file share them. */
  readonly #seen = new Map<Pass, readonly string[]>();

  constructor(lines: readonly string[]) {
    this.lines = lines;
  }

  /** Index of the first place at or after `from` where `wanted` stands; with `atEnd` the file's tail is tried first. */
  find(wanted: readonly string[], where: { from: number; atEnd: boolean }): number | undefined {
    for (const pass of PASSES) {
      const at = this.#findInPass(pass, wanted, where);
      if (at !== undefined) return at;
    }
    return undefined;
  }

  #findInPass(
    pass: Pass,
    wanted: readonly string[],
    where: { from: number; atEnd: boolean },
  ): number | undefined {
    const lines = this.#linesOf(pass);
    const pattern = wanted.map(pass);
    const last = lines.length - pattern.length;
    if (where.atEnd && last >= where.from && matchesAt(lines, pattern, last)) return last;
    for (let at = where.from; at <= last; at += 1) {
      if (matchesAt(lines, pattern, at)) return at;
    }
    return undefined;
  }

  #linesOf(pass: Pass): readonly string[] {
    const seen = this.#seen.get(pass) ?? this.lines.map(pass);
    this.#seen.set(pass, seen);
    return seen;
  }
}

type Pass = (line: string) => string;

const PASSES: readonly Pass[] = [(line) => line, (line) => line.trimEnd(), (line) => line.trim(), normalise];

function normalise(line: string): string {
  return line
    .trim()
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/[\u2018-\u201B]/g, "'")
    .replace(/[\u201C-\u201F]/g, '"')
    .replace(/[\u00A0\u2002-\u200A\u202F\u205F\u3000]/g, ' ');
}

function matchesAt(lines: readonly string[], pattern: readonly string[], at: number): boolean {
  return pattern.every((line, offset) => lines[at + offset] === line);
}
