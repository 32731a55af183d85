export { EXAMPLES, readExample } from './run-example.ts';
export type { Example } from './run-example.ts';
