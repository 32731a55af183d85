import { MAX_LABELS } from '@drydock/contracts';
import type { FieldError } from './field-errors.ts';

/**
 * What is wrong with the labels as they were sent, before zod reads them: it passes over a key `__proto__`, and a label
 * that is not kept has to be refused; and it looks at every key before it counts them.
 */
export function findLabelsFault(body: unknown): FieldError | undefined {
  const labels = typeof body === 'object' && body !== null && 'labels' in body ? body.labels : undefined;
  if (typeof labels !== 'object' || labels === null) return undefined;
  if (Object.hasOwn(labels, '__proto__')) {
    return { pointer: '/labels/__proto__', detail: 'Not a name for a label.' };
  }
  if (Object.keys(labels).length <= MAX_LABELS) return undefined;
  return { pointer: '/labels', detail: `More than ${MAX_LABELS} labels.` };
}
