import type { ToolDefinition } from '@drydock/contracts';
import { list, object, text, type Schema } from './schema.ts';

/** What a person may be asked for; only in jobs where there is one. */
const PERMISSIONS: Schema = object({
  network: {
    ...object(
      {
        enabled: { type: 'boolean', description: 'true: the network is asked for.' },
        hosts: list('Every host that has to be reached, exactly: registry.example.com.', text('A host.')),
        methods: list('Methods of plain HTTP beside GET and HEAD.', text('A method.')),
      },
      ['enabled', 'methods'],
    ),
  },
});

/** Arguments of `exec_command` in jobs where a person can be asked, as Codex models know them. */
export const APPROVAL_PARAMETERS: Readonly<Record<string, Schema>> = {
  sandbox_permissions: {
    type: 'string',
    enum: ['use_default', 'with_additional_permissions'],
    description: 'with_additional_permissions: asks a person first, for what additional_permissions names.',
  },
  additional_permissions: PERMISSIONS,
  justification: text('One question to the person who decides, when permissions are asked for.'),
};

export const REQUEST_PERMISSIONS = {
  form: 'function',
  name: 'request_permissions',
  description:
    'Asks a person to let this sandbox reach hosts for as long as it lives. The job waits for the answer. Name every host that you need, and why.',
  parameters: object({
    permissions: PERMISSIONS,
    reason: text('Why it is needed, for the person who decides.'),
  }),
} as const satisfies ToolDefinition;
