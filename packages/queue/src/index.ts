export type { EventFeed } from './event-feed.ts';
export type { ConsumerOptions, JobConsumer } from './job-consumer.ts';
export { openQueue } from './open-queue.ts';
export type { OpenQueue, QueueOptions } from './open-queue.ts';
export type { OnStoreError } from './outage-report.ts';
export { redisServerArguments } from './redis-server-arguments.ts';
export type { RedisServerPlace } from './redis-server-arguments.ts';
