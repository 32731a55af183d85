export { GATEWAY_ARGV } from './gateway-entry.ts';
export { loadRules } from './load-rules.ts';
export { parseUpstreamProxy } from './upstream-proxy.ts';
