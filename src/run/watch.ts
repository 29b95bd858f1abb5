import type { NativeLink, NativeLinkCounters, NativeNetwork } from '../native/index.js';
import { ETHERNET_HEADER_BYTES, FCS_BYTES, formatCount } from '../units.js';
import { type LinkDelta, linkDelta, type Moment } from './snapshot.js';
import type { Finding } from './summary.js';
import { countOf, sentBy, type Witness } from './witness.js';

/** Counters of an interface since the run began; once it is gone, the last ones. */
export class LinkReader {
  readonly name: string;
  readonly index: number;
  /** ethtool's name of the driver, or the kind of link. */
  readonly driver: string | null;
  /** As rtnetlink calls it, such as "vlan"; empty for hardware. */
  readonly kind: string;
  private readonly before: NativeLinkCounters;
  private last: LinkDelta;

  constructor(
    private readonly network: NativeNetwork,
    { name, index, driver, kind, counters }: NativeLink,
  ) {
    this.name = name;
    this.index = index;
    this.driver = driver || null;
    this.kind = kind;
    this.before = counters;
    this.last = linkDelta(name, counters, counters);
  }

  read(): LinkDelta {
    const status = this.network.status(this.index);
    this.last = status ? linkDelta(this.name, this.before, status.counters) : { ...this.last, gone: true };
    return this.last;
  }
}

/** What is sent, as far as the device can get in its way. */
interface Sending {
  /** The longest frame, FCS included. */
  readonly longestBytes: number;
  /** Frames go by the driver's ndo_xdp_xmit. */
  readonly byXdp: boolean;
  /** By ndo_xdp_xmit or without a copy: not every driver has such frames in its counters. */
  readonly isPastStack: boolean;
  /** The counter of the device that shows them. */
  readonly witness: Witness;
}

/** Looks at the device during a run, and says what stands in the way of the frames. */
export class Watch {
  private readonly silence: Silence;

  constructor(
    private readonly network: NativeNetwork,
    private readonly device: LinkReader,
    private readonly sending: Sending,
  ) {
    this.silence = new Silence(patienceMs(device.kind || device.driver, sending.isPastStack));
  }

  /** Trouble that the device itself shows. */
  findLinkTrouble(): Finding | null {
    const { name, index } = this.device;
    const status = this.network.status(index);
    if (!status) return { code: 'link-gone', message: `${name} disappeared during the run` };
    if (!status.up) return { code: 'link-down', message: `${name} went down during the run` };
    if (!status.carrier) {
      return { code: 'no-carrier', message: `${name} has no carrier: nothing can leave it` };
    }
    const { longestBytes } = this.sending;
    if (longestBytes > status.mtuBytes + ETHERNET_HEADER_BYTES + FCS_BYTES) {
      return {
        code: 'mtu-lowered',
        message: `the MTU of ${name} was lowered to ${status.mtuBytes} during the run: frames of ${longestBytes} bytes no longer fit`,
      };
    }
    return null;
  }

  /** A device that counts next to nothing of what is sent. */
  findSilence({ workers, device }: Moment): Finding | null {
    if (!device || device.gone) return null;
    const all = sentBy(workers);
    const sent = all.packets;
    const counted = countOf(device, this.sending.witness, all);
    // Not the time of day: what a driver has still to report after a pause would look like a long silence.
    const sendingMs = 1000 * Math.max(...workers.map(({ seconds }) => seconds));
    if (!this.silence.observe({ sendingMs, sent, counted })) return null;
    return {
      code: 'device-silent',
      message: `${device.name} sees next to nothing of what the kernel takes (${formatCount(counted)} of ${formatCount(sent)} frames counted): ${this.likelyCause(device)}`,
    };
  }

  private likelyCause(device: LinkDelta): string {
    if (device.txDropped > 0) return `it drops them (tx_dropped ${formatCount(device.txDropped)})`;
    const features = this.network.link(device.name)?.xdpFeatures;
    if (this.sending.byXdp && features != null && (features & NDO_XMIT) === 0n) {
      return 'its driver takes no frames from XDP just now; on a veth that needs an XDP program or GRO at the far end';
    }
    return 'its driver takes frames and does not send them; try another --engine';
  }
}

/** NETDEV_XDP_ACT_NDO_XMIT of linux/netdev.h. */
const NDO_XMIT = 4n;

/** Kinds and drivers that count every frame when they send it. Of any other, some bring their statistics up to date once a second. */
const COUNTS_AT_ONCE = ['veth', 'tun', 'virtio_net', 'ifb', 'dummy', 'bridge', 'macvlan', 'vlan', 'vxlan'];
const AT_ONCE_MS = 300;
const TWO_UPDATES_MS = 2200;

/** How long a device has to be silent to be accused. */
export function patienceMs(kindOrDriver: string | null, isPastStack = false): number {
  if (kindOrDriver !== null && COUNTS_AT_ONCE.includes(kindOrDriver)) return AT_ONCE_MS;
  return isPastStack ? Number.POSITIVE_INFINITY : TWO_UPDATES_MS;
}

interface Reading {
  /** How long frames have been sent, pauses left out. */
  readonly sendingMs: number;
  readonly sent: number;
  readonly counted: number;
}

/** Fewer frames than that prove nothing: a queue may hold them. */
const FEWEST_JUDGED = 2000;
const SILENT_SHARE = 0.01;
const SPANS = 2;

/**
 * Whether a device counts less than a hundredth of what is sent, in two spans of time one after the other and for as long
 * as its statistics may lag. Frames that a full queue holds back are not sent, so that a slow device is not silent.
 */
export class Silence {
  private from: Reading | undefined;
  private spans = 0;
  private silentMs = 0;

  constructor(private readonly patienceMs: number) {}

  observe(now: Reading): boolean {
    this.from ??= now;
    const sent = now.sent - this.from.sent;
    if (sent < FEWEST_JUDGED) return false;
    const isSilent = now.counted - this.from.counted < sent * SILENT_SHARE;
    this.spans = isSilent ? this.spans + 1 : 0;
    this.silentMs = isSilent ? this.silentMs + now.sendingMs - this.from.sendingMs : 0;
    this.from = now;
    return this.spans >= SPANS && this.silentMs >= this.patienceMs;
  }
}
