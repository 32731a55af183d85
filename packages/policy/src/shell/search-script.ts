import type { ArithmeticCommand, ParsedScript, SyntaxNode } from 'unbash';
import { forEachChild } from 'unbash';
import { MAX_DEPTH, TooLarge } from './read-script.ts';

/** Where a parser gave up, also in a nested script. */
export function findError(script: ParsedScript): string | undefined {
  let message: string | undefined;
  let depth = 0;
  const visit = (node: SyntaxNode): void => {
    if (depth > MAX_DEPTH * 8) throw new TooLarge('The command is nested too deeply.');
    if (message !== undefined) return;
    if (node.type === 'Script') {
      const [error] = node.errors ?? [];
      if (error !== undefined)
        message = `The command is not valid shell: ${error.message} (at ${error.pos}).`;
    }
    depth += 1;
    forEachChild(node, visit);
    depth -= 1;
  };
  visit(script);
  return message;
}

/** Arithmetic commands, which another shell takes for subshells. */
export function findArithmetic(script: ParsedScript): ArithmeticCommand[] {
  const found: ArithmeticCommand[] = [];
  const visit = (node: SyntaxNode): void => {
    if (node.type === 'ArithmeticCommand') found.push(node);
    forEachChild(node, visit);
  };
  visit(script);
  return found;
}
