import type { Usage } from '@drydock/contracts';
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionMessage,
  ChatCompletionMessageToolCall,
} from 'openai/resources/chat/completions';
import type { CompletionUsage } from 'openai/resources/completions';
import { argumentsOf } from './build-response.ts';
import { toCallId } from './call-id.ts';
import type { ChatRequest } from './chat-request.ts';
import { cutText } from './cut-text.ts';
import type { Scene } from './scene.ts';
import { usageOf } from './scene.ts';
import type { ReplyItem } from './transcript.ts';

/** `reasoning_content` is what compatible servers add. */
type Message = ChatCompletionMessage & { reasoning_content?: string };
type Delta = ChatCompletionChunk.Choice.Delta & { reasoning_content?: string };
type Completion = ChatCompletion & { choices: [ChatCompletion.Choice & { message: Message }] };

/** A finished chat completion. Model and fingerprint say that it is scripted. */
export function buildCompletion(scene: Scene<ChatRequest>): Completion {
  const { name, cue, nowMs } = scene;
  const message = buildMessage(scene);
  return {
    id: `chatcmpl_${name}_${cue.step}`,
    object: 'chat.completion',
    created: Math.floor(nowMs / 1_000),
    model: `scripted/${name}`,
    system_fingerprint: 'scripted',
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReasonOf(scene, message) }],
    usage: toWireUsage(usageOf(scene, message)),
  };
}

/** The same in chunks, the usage last where it was asked for. */
export function* completionChunks(
  completion: Completion,
  { wantsUsage }: Pick<ChatRequest, 'wantsUsage'>,
): Generator<ChatCompletionChunk> {
  const { id, created, model } = completion;
  const head = {
    id,
    object: 'chat.completion.chunk',
    created,
    model,
    system_fingerprint: 'scripted',
  } as const;
  const [{ message, finish_reason }] = completion.choices;
  for (const delta of messageDeltas(message)) {
    yield { ...head, choices: [{ index: 0, delta, finish_reason: null }] };
  }
  yield { ...head, choices: [{ index: 0, delta: {}, finish_reason }] };
  if (wantsUsage && completion.usage !== undefined) yield { ...head, choices: [], usage: completion.usage };
}

function* messageDeltas(message: Message): Generator<Delta> {
  yield { role: 'assistant', content: '' };
  for (const reasoning_content of cutText(message.reasoning_content ?? '')) yield { reasoning_content };
  for (const content of cutText(message.content ?? '')) yield { content };
  for (const refusal of cutText(message.refusal ?? '')) yield { refusal };
  for (const [index, call] of (message.tool_calls ?? []).entries()) yield* callDeltas(index, call);
}

function* callDeltas(index: number, call: ChatCompletionMessageToolCall): Generator<Delta> {
  const { id } = call;
  if (call.type === 'custom') {
    yield { tool_calls: [{ index, id, type: 'custom', custom: { name: call.custom.name, input: '' } }] };
    for (const input of cutText(call.custom.input)) yield { tool_calls: [{ index, custom: { input } }] };
    return;
  }
  yield {
    tool_calls: [{ index, id, type: 'function', function: { name: call.function.name, arguments: '' } }],
  };
  for (const text of cutText(call.function.arguments)) {
    yield { tool_calls: [{ index, function: { arguments: text } }] };
  }
}

function buildMessage({ name, cue }: Scene<ChatRequest>): Message {
  const { reply } = cue.answer;
  const texts = reply.flatMap((item) => ('text' in item ? [item.text] : []));
  const refusals = reply.flatMap((item) => ('refusal' in item ? [item.refusal] : []));
  const reasoning = reply.flatMap((item) => ('reasoning' in item ? [item.reasoning] : []));
  const calls = reply.flatMap((item, index) =>
    'call' in item ? [buildCall(item, toCallId(name, cue.step, index))] : [],
  );
  return {
    role: 'assistant',
    content: texts.join('\n\n') || null,
    refusal: refusals.join('') || null,
    ...(reasoning.length === 0 ? {} : { reasoning_content: reasoning.join('') }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

function buildCall(item: Extract<ReplyItem, { call: string }>, id: string): ChatCompletionMessageToolCall {
  return 'input' in item
    ? { id, type: 'custom', custom: { name: item.call, input: item.input } }
    : { id, type: 'function', function: { name: item.call, arguments: argumentsOf(item) } };
}

function finishReasonOf({ cue }: Scene<ChatRequest>, { tool_calls: calls }: Message) {
  switch (cue.answer.end) {
    case 'max_output_tokens':
      return 'length';
    case 'content_filter':
      return 'content_filter';
    case 'completed':
      return calls === undefined ? 'stop' : 'tool_calls';
  }
}

function toWireUsage(usage: Usage): CompletionUsage {
  return {
    prompt_tokens: usage.input_tokens,
    completion_tokens: usage.output_tokens,
    total_tokens: usage.input_tokens + usage.output_tokens,
    prompt_tokens_details: { cached_tokens: usage.cached_input_tokens },
    completion_tokens_details: { reasoning_tokens: usage.reasoning_tokens },
  };
}
