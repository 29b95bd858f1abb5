import { pktgen } from './pktgen.js';

const FEW = ['--lab', '--cpus', '0', '--count', '20', '--json', '--quiet'];

/** Why this kernel cuts no large packets of packet sockets; false when it does. */
export async function needsCutting(): Promise<string | false> {
  const { stderr } = await pktgen([...FEW, '--engine', 'tx-ring', '--gso', '2']);
  return (
    /does not cut UDP packets of packet sockets/.test(stderr) &&
    'this kernel cuts no large packets of packet sockets: Linux 6.2 does'
  );
}

/** Why this kernel cuts no datagrams for a device that leaves checksums to it; false when it does. */
export async function needsSegments(): Promise<string | false> {
  const { stderr } = await pktgen([...FEW, '--engine', 'udp', '--udp-call', 'segment']);
  return (
    /cuts datagrams .* only for devices that make checksums/.test(stderr) &&
    'this kernel cuts datagrams only where the device makes checksums: Linux 6.11 does it everywhere'
  );
}
