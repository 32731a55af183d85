import type { Observation } from '@drydock/contracts';
import { EGRESS_PROXY_PORT, LoopbackAnswer } from '@drydock/contracts';
import { describeServer, formatProbe, formatServerLog, formatStart } from './format-server.ts';
import type { Server, Servers } from './servers.ts';
import type { ToolPrograms } from './tool-programs.ts';
import type { ToolCallContext, ToolSet } from './tool-set.ts';
import { refused } from './tool-set.ts';

interface ServerToolsParts {
  readonly programs: Pick<ToolPrograms, 'run' | 'answer'>;
  readonly servers: Pick<Servers, 'start' | 'settle' | 'stop' | 'find'>;
}

const GRACE_MS = 5_000;

/** The tools that run servers in the sandbox and talk to them over its loopback. */
export function createServerTools({
  programs,
  servers,
}: ServerToolsParts): ToolSet<'server_start' | 'server_probe' | 'server_log' | 'server_stop'> {
  const withServer = async (
    number: number,
    use: (server: Server) => Promise<Observation>,
  ): Promise<Observation> => {
    const server = servers.find(number);
    return server === undefined ? refused('no_server', `There is no server ${number}.`) : use(server);
  };
  return {
    server_start: async (args, call) => {
      if (args.port === EGRESS_PROXY_PORT) return refused('not_a_server', NOT_A_SERVER);
      const started = await servers.start(args, call);
      return started.kind === 'refused'
        ? started.observation
        : programs.answer(call.callId, formatStart(started));
    },
    server_probe: async (args, { callId, signal }: ToolCallContext) => {
      // What is behind it is the network, which has tools and rules of its own.
      if (args.port === EGRESS_PROXY_PORT) return refused('not_a_server', NOT_A_SERVER);
      const answer = await programs.run(
        {
          callId,
          program: 'probe-server',
          request: { type: 'probe', ...args },
          schema: LoopbackAnswer,
          title: `${args.method} http://127.0.0.1:${args.port}${args.path}`,
          timeoutMs: args.timeout_seconds * 1_000 + GRACE_MS,
        },
        signal,
      );
      if ('kind' in answer) return answer;
      return answer.type === 'probe'
        ? programs.answer(callId, formatProbe(answer))
        : refused('failed', 'The answer is broken.');
    },
    server_log: ({ server: number, ...range }, { callId, signal }) =>
      withServer(number, async (server) => {
        await servers.settle(server, signal);
        return programs.answer(callId, formatServerLog(server, range));
      }),
    server_stop: ({ server: number }, { callId, signal }) =>
      withServer(number, async (server) => {
        await servers.stop(server, signal);
        return programs.answer(callId, describeServer(server));
      }),
  };
}

const NOT_A_SERVER = `Port ${EGRESS_PROXY_PORT} is the way out of the sandbox. Only servers of the sandbox itself are started and probed.`;
