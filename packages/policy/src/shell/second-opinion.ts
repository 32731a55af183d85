import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { ParsedScript, Pipeline, SyntaxNode } from 'unbash';
import { forEachChild } from 'unbash';
import type { Node } from 'web-tree-sitter';
import { Language, Parser } from 'web-tree-sitter';

/** Nodes that are simple commands, and the child that is the command's name; none: the node's own start. */
const COMMAND_NODES: Readonly<Record<string, string | undefined>> = {
  command: 'name',
  declaration_command: undefined,
  unset_command: undefined,
  test_command: undefined,
};

/** Reads a text with tree-sitter-bash, to see whether both parsers find the same commands. */
export class SecondOpinion {
  readonly #parser: Parser;

  private constructor(parser: Parser) {
    this.#parser = parser;
  }

  static async load(): Promise<SecondOpinion> {
    await Parser.init();
    const path = createRequire(import.meta.url).resolve('tree-sitter-bash/tree-sitter-bash.wasm');
    const parser = new Parser();
    parser.setLanguage(await Language.load(new Uint8Array(await readFile(path))));
    return new SecondOpinion(parser);
  }

  /** Why the two disagree; undefined where they see the same commands. */
  findDisagreement(text: string, script: ParsedScript): string | undefined {
    const tree = this.#parser.parse(text);
    if (tree === null) return 'one parser gave up';
    try {
      if (tree.rootNode.hasError) return 'one parser finds an error';
      const [ours, theirs] = [startsOf(script), startsOfTree(tree.rootNode)];
      return ours.join() === theirs.join() ? undefined : 'two parsers find different commands';
    } finally {
      tree.delete();
    }
  }
}

const ascending = (starts: Set<number>): number[] => [...starts].toSorted((a, b) => a - b);

function startsOf(script: ParsedScript): number[] {
  const starts = new Set<number>();
  const timed = new Set<number>();
  const visit = (node: SyntaxNode): void => {
    if (node.type === 'Pipeline') noteTimed(node, { starts, timed });
    if (node.type === 'Command' && node.name !== undefined) starts.add(node.name.pos);
    // Escaped backticks hold a text of their own; its positions are not those of the script.
    if (node.type === 'Script' && node.source !== undefined) return;
    forEachChild(node, visit);
  };
  visit(script);
  return ascending(starts).filter((start) => !timed.has(start));
}

/** To the other parser `time` is the command, and what it times are its arguments. */
function noteTimed(
  { prefixes, commands: [first] }: Pipeline,
  { starts, timed }: { readonly starts: Set<number>; readonly timed: Set<number> },
): void {
  const time = prefixes.find(({ type }) => type === 'Time');
  if (time === undefined || first?.type !== 'Command') return;
  starts.add(time.pos);
  timed.add(first.name?.pos ?? first.pos);
}

function startsOfTree(root: Node): number[] {
  const starts = new Set<number>();
  const visit = (node: Node): void => {
    if (Object.hasOwn(COMMAND_NODES, node.type) && !node.text.startsWith('[['))
      starts.add(nameOf(node).startIndex);
    for (const child of node.namedChildren) if (child !== null) visit(child);
  };
  visit(root);
  return ascending(starts);
}

function nameOf(node: Node): Node {
  const field = COMMAND_NODES[node.type];
  return field === undefined ? node : (node.childForFieldName(field) ?? node);
}
