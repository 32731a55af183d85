import { z } from 'zod';

/** A host as callers name it: `example.test`, or `*.example.test` for every name below it. */
export const HostPattern = z
  .string()
  .max(253)
  .regex(/^(?:\*\.)?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/);
