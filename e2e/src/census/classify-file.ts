import type { Kind } from './kinds.ts';

const LAYER = 'layers/[0-9a-f]{64}';
const DIGEST = '[0-9a-f]{64}';

/** First match wins. */
const RULES: readonly (readonly [RegExp, Kind])[] = [
  [/^(?:api-key|checkpoint-key|instance-id|lock)$/, 'state files'],
  [new RegExp(`^${LAYER}/(?:image\\.ext4|layer\\.json)$`), 'cached layers'],
  [/^layers\//, 'half-made layers'],
  [/^mirrors\//, 'git mirrors'],
  [new RegExp(`^artifacts/[0-9a-f]{2}/${DIGEST}$`), 'artifacts of jobs'],
  [/^artifacts\//, 'half-written artifacts'],
  [/^redis\/appendonlydir\/appendonly\.aof\.(?:manifest|\d+\.(?:base\.rdb|incr\.aof))$/, 'redis files'],
  [/^logs\/(?:api|worker|monitor|redis|scripted-model)\.log$/, 'log files'],
];

/** What a file is, by its path in the data directory. What nobody knows is `other files`, which never grow. */
export function classifyFile(path: string): Kind {
  return RULES.find(([pattern]) => pattern.test(path))?.[1] ?? 'other files';
}
