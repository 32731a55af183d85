import { LoopbackQuery } from '@drydock/contracts';
import { probeServer } from './loopback/probe-server.ts';
import { waitForServer } from './loopback/wait-for-server.ts';
import { systemClock } from './system-clock.ts';
import { answerOnce } from './tool-programs/answer-once.ts';

await answerOnce(LoopbackQuery, (query) =>
  query.type === 'probe' ? probeServer(query, systemClock) : waitForServer(query, systemClock),
);
