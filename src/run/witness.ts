import { FCS_BYTES } from '../units.js';
import type { LinkDelta, WorkerSnapshot } from './snapshot.js';

/** A counter of the kernel's that tells how many of our frames a device sent. */
export type Witness = 'tx_packets' | 'rx_packets' | 'tx_bytes';

/** What our workers say they sent. */
export interface Sent {
  readonly packets: number;
  /** Frame sizes added up, FCS included. */
  readonly bytes: number;
}

/** Of a worker's mode. */
export const isZeroCopy = (mode: string) => mode.startsWith('zero-copy');

/** Over all workers. */
export function sentBy(workers: readonly WorkerSnapshot[]): Sent {
  const sum = (of: (worker: WorkerSnapshot) => number) =>
    workers.reduce((all, worker) => all + of(worker), 0);
  return { packets: sum((worker) => worker.packets), bytes: sum((worker) => worker.bytes) };
}

/**
 * An ifb counts what it is sent as received. virtio_net has frames that it sent without a copy in its bytes, but not in
 * its packets (drivers/net/virtio_net.c, virtnet_xsk_xmit; seen with Linux 7.2).
 */
export function witnessOf(driver: string | null, modes: readonly string[]): Witness {
  if (driver === 'ifb') return 'rx_packets';
  return driver === 'virtio_net' && modes.some(isZeroCopy) ? 'tx_bytes' : 'tx_packets';
}

/** What the device counted, in frames. From bytes, which the kernel counts without FCS: frames of the mean length sent. */
export function countOf(delta: LinkDelta, witness: Witness, sent: Sent): number {
  if (witness === 'rx_packets') return delta.rxPackets;
  if (witness === 'tx_packets') return delta.txPackets;
  const bytes = sent.bytes - sent.packets * FCS_BYTES;
  return bytes === 0 ? 0 : Math.round((delta.txBytes * sent.packets) / bytes);
}
