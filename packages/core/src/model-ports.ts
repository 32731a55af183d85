import type { ToolCall, ToolDefinition, TranscriptItem, Usage } from '@drydock/contracts';

export interface ModelRequest {
  readonly model: string;
  readonly instructions: string;
  readonly transcript: readonly TranscriptItem[];
  readonly tools: readonly ToolDefinition[];
  readonly maxOutputTokens: number;
  readonly temperature?: number;
  /** One of the model's own; absent: what the capability table names, or else the server's choice. */
  readonly reasoningEffort?: string;
  /** Stable per job: lets the server reuse its prompt cache. */
  readonly cacheKey: string;
  /** Epoch milliseconds: a wait that would end later is not begun. */
  readonly deadlineAt?: number;
}

/** What a caller may wish of a model that not every model takes. */
export type ModelParameter = 'temperature' | 'max_tokens' | 'system_prompt';

export interface ModelTurn {
  /** Assistant items, to be appended to the transcript as they are. */
  readonly items: readonly TranscriptItem[];
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  readonly status: 'completed' | 'incomplete' | 'refused';
  /** Why the turn is not whole; absent where it is `completed`. */
  readonly cause?: 'max_output_tokens' | 'refusal' | 'content_filter';
  /** With its cost, where the model has a price. */
  readonly usage: Usage;
  /** The server reported no usage: it was counted from the bytes of request and answer. */
  readonly usageEstimated: boolean;
  /** Parameters of the request that did not reach the model as they were asked for. */
  readonly notTaken: readonly ModelParameter[];
}

/** US dollars for a million tokens. */
export interface TokenRates {
  readonly input: number;
  readonly cachedInput: number;
  readonly output: number;
}

export interface ModelPrice extends TokenRates {
  /** What a call costs whose input is longer. */
  readonly longContext?: TokenRates & { readonly aboveInputTokens: number };
}

/** What is known of a model before it is asked anything. */
export interface ModelProfile {
  /** Input and output of one call together, tokens; absent: unknown. */
  readonly contextWindow?: number;
  readonly maxInputTokens?: number;
  readonly maxOutputTokens?: number;
  readonly freeformTools: boolean;
  readonly parallelTools: boolean;
  readonly vision: boolean;
  readonly reasoningEfforts: readonly string[];
  /** Absent: unknown, and so is what a call costs. */
  readonly price?: ModelPrice;
}

export interface ModelGateway {
  /** From data; asks no server. */
  describe(model: string): ModelProfile;
  /**
   * One model turn, retried within the request's deadline. Throws `model_*` errors: `model_context_overflow` where the
   * transcript has to shrink, the others where nothing in this job can help.
   */
  complete(request: ModelRequest, signal: AbortSignal): Promise<ModelTurn>;
}
