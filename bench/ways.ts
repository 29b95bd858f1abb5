// The ways pktgen sends that are measured, each with the bare loop that is its limit.
import { bare } from './tools/bare.js';
import { pktgen } from './tools/pktgen.js';
import type { Tool } from './tools/tool.js';

export const LIVE = pktgen({ engine: 'live' });
export const LIVE_VARIED = pktgen({
  engine: 'live',
  traffic: ['--dst-ip', '198.19.0.0/16', '--src-port', '1024-65535'],
  likeness: 'varied',
});
export const XDP = pktgen({ engine: 'xdp', options: ['--xdp-mode', 'copy'], alwaysBypasses: true });
export const TX_RING = pktgen({ engine: 'tx-ring', options: ['--qdisc-bypass'], seenOptions: [] });
export const GSO = pktgen({ engine: 'tx-ring', options: ['--gso', '64'], likeness: 'numbered' });
export const PACKET = pktgen({ engine: 'packet', options: ['--qdisc-bypass'], seenOptions: [] });
export const UDP = pktgen({ engine: 'udp', likeness: 'numbered' });

export const BARE_TX_RING = bare('tx-ring', 'same');
export const BARE_XDP = bare('xdp', 'same');

export interface Limited {
  readonly tool: Tool;
  readonly limit: Tool;
}

/** From the slowest to the fastest. The first is the base line: what an application gets through the whole stack. */
export const SOCKET_WAYS: readonly Limited[] = [
  { tool: UDP, limit: bare('udp', 'numbered') },
  { tool: PACKET, limit: bare('packet', 'same') },
  { tool: TX_RING, limit: BARE_TX_RING },
  { tool: XDP, limit: BARE_XDP },
  { tool: GSO, limit: bare('gso', 'numbered') },
];
/** Only to a far end with an XDP program. */
export const LIVE_WAY: Limited = { tool: LIVE, limit: bare('live', 'same') };
