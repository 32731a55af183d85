/** The id of a scripted call: it carries the step, so that a server without memory knows how far a conversation is. */
export function toCallId(name: string, step: number, index: number): string {
  return `call_${name}_${step}_${index}`;
}

/** The step that a call was made in, counted from 0; undefined where the call is not of this transcript. */
export function readStep(name: string, callId: string): number | undefined {
  const prefix = `call_${name}_`;
  if (!callId.startsWith(prefix)) return undefined;
  const step = /^(\d{1,3})_\d{1,3}$/.exec(callId.slice(prefix.length))?.[1];
  return step === undefined ? undefined : Number(step);
}
