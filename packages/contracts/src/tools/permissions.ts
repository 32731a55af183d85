import { z } from 'zod';
import { HttpMethod } from '../approval.ts';
import { HostPattern } from '../host-pattern.ts';

/** What the model may ask a person for: hosts to reach. Field names of Codex models; `hosts` and `methods` are Drydock's. */
const NetworkPermission = z.object({
  enabled: z.boolean().default(true),
  hosts: z.array(HostPattern).max(32).default([]),
  methods: z.array(HttpMethod).max(7).default([]),
});
export const Permissions = z.object({ network: NetworkPermission.optional() });

/** Why something is asked for, for the person who decides. */
export const Justification = z.string().max(2_000).optional();

/** Arguments of `request_permissions`. */
export const RequestPermissionsArgs = z.object({ permissions: Permissions, reason: Justification });
export type RequestPermissionsArgs = z.infer<typeof RequestPermissionsArgs>;
