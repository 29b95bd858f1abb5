import { readFileSync } from 'node:fs';
import { macBytes } from '../compile/fields.js';
import { HostError, NativeError } from '../errors.js';
import { type NativeNetwork, native } from '../native/index.js';
import { ETHERNET_HEADER_BYTES, FCS_BYTES } from '../units.js';

/** The interfaces of every lab. Their addresses are fixed, so that a lab's frames are the same on every machine. */
export const LAB = {
  near: 'lab0',
  far: 'lab1',
  sink: 'sink0',
  nearMac: '02:70:6b:74:00:01',
  farMac: '02:70:6b:74:00:02',
  sinkMac: '02:70:6b:74:00:03',
} as const;

/** What becomes of frames at the far end: an XDP program drops them, or they go up the kernel's stack. */
export const FAR_END = ['drop', 'stack'] as const;
export type FarEndDoes = (typeof FAR_END)[number];

/** Queues on each side, unless there are more workers. */
export const LAB_QUEUES = 2;
const ETHERNET_MTU_BYTES = 1500;

/** Whom to send to, and who counts at the other end. */
export interface Place {
  readonly network: NativeNetwork;
  readonly interface: string;
  readonly farEnd: string | null;
}

/** The MTU that lets frames of this size through; never below Ethernet's own. */
export function labMtuBytes(sizeBytes: number): number {
  return Math.max(ETHERNET_MTU_BYTES, sizeBytes - FCS_BYTES - ETHERNET_HEADER_BYTES);
}

/** A private namespace with two linked interfaces, both up. It lasts as long as `network` or this process. */
export function openLab(queues: number, sizeBytes: number): Place {
  return explaining(() => {
    const network = new (native().Network)(true);
    const mtuBytes = labMtuBytes(sizeBytes);
    network.createPair(
      { name: LAB.near, mac: macBytes(LAB.nearMac), queues, mtuBytes },
      { name: LAB.far, mac: macBytes(LAB.farMac), queues, mtuBytes },
    );
    network.setUp(LAB.near);
    network.setUp(LAB.far);
    return { network, interface: LAB.near, farEnd: LAB.far };
  });
}

/**
 * From now on the far end counts frames and drops them, as long as the lab lasts. Engines that need an XDP program there
 * can then send.
 * @throws NativeError: EPERM without CAP_BPF and CAP_NET_ADMIN outside of any user namespace; ERANGE for frames
 * above a page before Linux 5.18.
 */
export function dropAtFarEnd({ network, farEnd }: Place): void {
  if (farEnd !== null) network.dropAll(farEnd);
}

/** Why the far end cannot drop, in few words. */
export function whyNoDrop({ code, message }: NativeError): string {
  if (code === 'EPERM') return `dropping at the far end needs ${DROP_CAPABILITIES}`;
  if (code === 'ERANGE')
    return 'the far end cannot drop frames of this size: before Linux 5.18 they have to fit into a page';
  return `the far end cannot drop: ${message}`;
}

/** For loading and attaching an XDP program; those that a user namespace gives do not count. */
export const DROP_CAPABILITIES = 'CAP_BPF and CAP_NET_ADMIN';

/** A private namespace with one interface that drops everything at once. */
export function openSink(queues: number, sizeBytes: number): Place {
  return explaining(() => {
    const network = new (native().Network)(true);
    const mtuBytes = labMtuBytes(sizeBytes);
    network.createSink({ name: LAB.sink, mac: macBytes(LAB.sinkMac), queues, mtuBytes });
    network.setUp(LAB.sink);
    return { network, interface: LAB.sink, farEnd: null };
  });
}

/** A lab can fail at every step: a security module may allow the namespace and forbid what is done in it. */
function explaining(open: () => Place): Place {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    throw labError(error);
  }
}

/** @internal */
export function labError(error: NativeError): HostError {
  const missing = error.code === 'EOPNOTSUPP';
  const why = missing ? 'this kernel lacks that kind of interface' : whatForbids();
  return new HostError('NO_LAB', `the lab cannot be made: ${error.message}; ${why}`, { cause: error });
}

/** The settings with which distributions forbid unprivileged namespaces. */
const GATES = [
  {
    file: '/proc/sys/user/max_user_namespaces',
    forbids: '0',
    setting: 'user.max_user_namespaces',
    allow: '1024',
  },
  {
    file: '/proc/sys/user/max_net_namespaces',
    forbids: '0',
    setting: 'user.max_net_namespaces',
    allow: '1024',
  },
  {
    file: '/proc/sys/kernel/unprivileged_userns_clone',
    forbids: '0',
    setting: 'kernel.unprivileged_userns_clone',
    allow: '1',
  },
  {
    file: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
    forbids: '1',
    setting: 'kernel.apparmor_restrict_unprivileged_userns',
    allow: '0',
  },
] as const;

/** Which of those settings stands in the way here, and the line that changes it. */
export function whatForbids(read: (file: string) => string | null = readSetting): string {
  const closed = GATES.find(({ file, forbids }) => read(file) === forbids);
  if (closed) {
    return `${closed.setting} = ${closed.forbids} forbids it; allow it with: sudo sysctl ${closed.setting}=${closed.allow}, or run pktgen with sudo`;
  }
  return 'a container runtime or a security module forbids it (seccomp filters for clone and unshare are the usual reason); run pktgen with sudo or outside the container';
}

function readSetting(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}
