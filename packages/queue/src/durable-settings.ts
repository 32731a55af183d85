/** What Redis must be set to. With any other value an accepted job could be lost: to a crash, a power cut or eviction. */
export const DURABLE_SETTINGS: Readonly<Record<string, string>> = {
  appendonly: 'yes',
  appendfsync: 'always',
  'no-appendfsync-on-rewrite': 'no',
  'maxmemory-policy': 'noeviction',
};
