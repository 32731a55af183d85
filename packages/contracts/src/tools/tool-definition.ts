import { z } from 'zod';
import { ToolName } from './tool-names.ts';

/** A tool as it is described to the model. */
export const ToolDefinition = z.discriminatedUnion('form', [
  z.object({
    form: z.literal('function'),
    name: ToolName,
    description: z.string(),
    /** JSON Schema of the arguments. */
    parameters: z.record(z.string(), z.unknown()),
  }),
  z.object({
    form: z.literal('freeform'),
    name: ToolName,
    description: z.string(),
    grammar: z.object({ syntax: z.literal('lark'), definition: z.string() }),
    /** What a model that takes functions alone is told of it, as it is given no grammar. */
    asFunction: z.string().optional(),
  }),
]);
export type ToolDefinition = z.infer<typeof ToolDefinition>;
