import type { ToolDefinition } from '@drydock/contracts';
import { object, text, whole } from './schema.ts';

export const SERVER_START = {
  form: 'function',
  name: 'server_start',
  description:
    'Starts a server in the background of this sandbox and waits until it is ready. It must listen on 127.0.0.1 (or 0.0.0.0); nobody outside can reach it. It lives until server_stop, until the plan is accepted, or until the job ends; 4 at a time.',
  parameters: object(
    {
      cmd: text('Shell command that runs the server in the foreground.'),
      port: whole('The port it listens on, 1024 to 65535.'),
      workdir: text('Working directory; the workspace by default.'),
      ready_path: text('Ready when GET of this path answers below 500; by default when the port is open.'),
      ready_log: text('Ready only when it has printed this text, too.'),
      timeout_seconds: whole('How long to wait, 1 to 300; 30 by default.'),
    },
    ['workdir', 'ready_path', 'ready_log', 'timeout_seconds'],
  ),
} as const satisfies ToolDefinition;

export const SERVER_PROBE = {
  form: 'function',
  name: 'server_probe',
  description:
    'Sends one HTTP request to 127.0.0.1 in this sandbox and answers with status, headers, body and time. Redirects are shown, not followed.',
  parameters: object(
    {
      port: whole('Port of the server.'),
      path: text('Path with query; / by default.'),
      method: text('GET by default; HEAD, POST, PUT, PATCH, DELETE, OPTIONS.'),
      headers: {
        type: 'object',
        description: 'Headers by name.',
        additionalProperties: { type: 'string' },
      },
      body: text('Body of the request; set content-type in headers.'),
      timeout_seconds: whole('1 to 60; 10 by default.'),
    },
    ['path', 'method', 'headers', 'body', 'timeout_seconds'],
  ),
} as const satisfies ToolDefinition;

const SERVER = whole('The number that server_start gave.');

export const SERVER_LOG = {
  form: 'function',
  name: 'server_log',
  description: 'Reads lines of what a server has printed, also after its end.',
  parameters: object(
    {
      server: SERVER,
      start: whole('First line, from 1; -100, the default: the last 100 lines.'),
      lines: whole('How many, 1 to 1000; 100 by default.'),
    },
    ['start', 'lines'],
  ),
} as const satisfies ToolDefinition;

export const SERVER_STOP = {
  form: 'function',
  name: 'server_stop',
  description: 'Stops a server: it is interrupted, and killed where it does not end within 2 seconds.',
  parameters: object({ server: SERVER }),
} as const satisfies ToolDefinition;
