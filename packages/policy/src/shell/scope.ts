import { GLOB_STAR, SPLIT, UNKNOWN } from './field.ts';

const MAX_VALUES = 16;
const MAX_FILES = 64;

/** What is known about the shell that runs a script: values the text gives to variables, files it writes. */
export class Scope {
  readonly #variables = new Map<string, string[]>();
  readonly #files = new Map<string, string>();
  readonly #functions = new Set<string>();
  #positional: readonly string[] = [];

  /** One of the values a variable has at some time; which one when is not followed. */
  assign(name: string, value: string): void {
    const values = this.#variables.get(name) ?? [];
    if (values.includes(value) || values.length >= MAX_VALUES) return;
    this.#variables.set(name, [...values, value]);
  }

  setPositional(fields: readonly string[]): void {
    this.#positional = fields;
  }

  defineFunction(name: string): void {
    this.#functions.add(name);
  }

  isFunction(name: string): boolean {
    return this.#functions.has(name);
  }

  writeFile(path: string, text: string): void {
    if (this.#files.size < MAX_FILES) this.#files.set(plainPath(path), text);
  }

  readFile(path: string): string | undefined {
    return this.#files.get(plainPath(path));
  }

  /** How many runs through the text see each value once. */
  get variants(): number {
    return Math.max(1, ...Array.from(this.#variables.values(), (values) => values.length));
  }

  lookup(name: string, variant: number): string {
    if (/^\d+$/.test(name)) return this.#positional[Number(name) - 1] ?? UNKNOWN;
    if (name === '@' || name === '*')
      return this.#positional.length === 0 ? UNKNOWN : this.#positional.join(SPLIT);
    const values = this.#variables.get(name);
    if (values !== undefined) return values[Math.min(variant, values.length - 1)] ?? UNKNOWN;
    return name === 'IFS' ? ' ' : UNKNOWN;
  }

  /** What a nested shell starts with. */
  child(): Scope {
    const child = new Scope();
    for (const [name, values] of this.#variables) child.#variables.set(name, [...values]);
    for (const [path, text] of this.#files) child.#files.set(path, text);
    return child;
  }
}

const plainPath = (path: string): string => path.replace(/^(?:\.\/)+/, '').replaceAll(GLOB_STAR, '*');
