import type { RunPlan } from './plan.js';

/**
 * Offloads of a lab's interface that would keep frames from being what they are on a wire. A lab is ours; on an
 * interface of the host nothing is ever switched, the engine refuses instead.
 */
export function offloadsInTheWay({ name, options }: Pick<RunPlan['engine'], 'name' | 'options'>): string[] {
  const cuts = name === 'udp' ? options['udpCall'] === 'segment' : Number(options['gso'] ?? 0) > 0;
  const leavesChecksums = name === 'udp' || cuts;
  return [
    // A veth would pass a large packet whole instead of having the kernel cut it.
    ...(cuts ? ['tx-udp-segmentation'] : []),
    // A veth leaves the UDP checksum unfinished when the kernel makes the headers.
    ...(leavesChecksums ? ['tx-checksum-ip-generic'] : []),
  ];
}
