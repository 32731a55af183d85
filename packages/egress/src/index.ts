export { connectOut } from './connect-out.ts';
export { GATEWAY_ARGV } from './gateway-entry.ts';
export { loadRules } from './load-rules.ts';
export type { Network } from './network.ts';
export { openNetwork } from './open-network.ts';
export { parseUpstreamProxy } from './upstream-proxy.ts';
