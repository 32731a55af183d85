import type { Observation } from '@drydock/contracts';
import { ExecCommandArgs, PageAnswer } from '@drydock/contracts';
import type { CommandGate } from '../gate/command-gate.ts';
import { findInPage, formatPage, toOpenPage } from './format-page.ts';
import type { OpenPage } from './format-page.ts';
import { parsePageUrl } from './parse-page-url.ts';
import type { ToolPrograms } from './tool-programs.ts';
import type { ToolCallContext, ToolSet } from './tool-set.ts';
import { refused } from './tool-set.ts';

const TIMEOUT_MS = 30_000;
const GRACE_MS = 5_000;
const FIRST_LINES = 200;
const WORKDIR = '/job/work';

const NO_PAGE = refused('no_page', 'No page is open. Call web_open first.');

/**
 * The tools that read pages. To the gate a page is the command that would fetch it, so that policy, a person and the
 * gateway's grants decide about it as they do about curl; it is parsed in the sandbox.
 */
export function createWebTools(
  gate: Pick<CommandGate, 'admit'>,
  programs: Pick<ToolPrograms, 'run' | 'answer'>,
): ToolSet<'web_open' | 'web_follow' | 'web_read' | 'web_find'> {
  let page: OpenPage | undefined;
  const open = async (tool: string, url: string, call: ToolCallContext): Promise<Observation> => {
    const parsed = parsePageUrl(url);
    if (parsed.kind === 'refused') return refused('invalid_arguments', parsed.reason);
    const answer = await fetchPage({ gate, programs }, { tool, href: parsed.href }, call);
    if ('kind' in answer) return answer;
    if (answer.type === 'redirect') {
      const text = `HTTP ${answer.status}: it redirects to another host. Call web_open with ${answer.to}`;
      return programs.answer(call.callId, text, 'web_page');
    }
    page = toOpenPage(answer);
    return programs.answer(call.callId, formatPage(page, { start: 1, lines: FIRST_LINES }), 'web_page');
  };
  return {
    web_open: ({ url }, call) => open('web_open', url, call),
    web_follow: async ({ link }, call) => {
      if (page === undefined) return NO_PAGE;
      const url = page.links[link - 1];
      const last = page.links.length;
      return url === undefined
        ? refused('no_link', `The page has no link ${link}: it has ${last}.`)
        : open('web_follow', url, call);
    },
    web_read: async (range, { callId }) =>
      page === undefined ? NO_PAGE : programs.answer(callId, formatPage(page, range), 'web_page'),
    web_find: async ({ text }, { callId }) =>
      page === undefined ? NO_PAGE : programs.answer(callId, findInPage(page, text), 'web_page'),
  };
}

interface Fetching {
  readonly gate: Pick<CommandGate, 'admit'>;
  readonly programs: Pick<ToolPrograms, 'run'>;
}

type Fetched = Exclude<PageAnswer, { type: 'refused' }> | Observation;

async function fetchPage(
  { gate, programs }: Fetching,
  { tool, href }: { readonly tool: string; readonly href: string },
  { callId, signal }: ToolCallContext,
): Promise<Fetched> {
  // An URL has no quote in it: `parsePageUrl` has encoded them.
  const cmd = `curl -sS '${href}'`;
  const admission = await gate.admit(
    { callId, tool, cmd, workdir: WORKDIR },
    ExecCommandArgs.parse({ cmd }),
    signal,
  );
  if (admission.kind === 'refused') return admission.observation;
  try {
    return await programs.run(
      {
        callId,
        program: 'fetch-page',
        request: { url: href, timeoutMs: TIMEOUT_MS },
        schema: PageAnswer,
        title: `${tool} ${href}`,
        timeoutMs: TIMEOUT_MS + GRACE_MS,
        env: admission.env,
      },
      signal,
    );
  } finally {
    admission.end();
  }
}
