// In a guest of test/vm: AF_XDP without a copy beside AF_XDP with one, and our fastest engine beside the kernel's pktgen.
// `npm run bench:vm -- [--rounds N] [--size BYTES] [--json]`. Everything runs in one process: starting one takes seconds there.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunOptions, resolvePlan, startRun } from 'pktgen';
import { HostError } from '#src/errors.js';
import { chooseCpus, describeMachine, type Options, requireRoot, runBench } from './bench.js';
import { goalOf, report, rowOf, type Section } from './report.js';

const ROUNDS = 5;
const ZERO_COPY_GOAL = 2.0;
const MODULE_GOAL = 1.0;
/** QEMU drops what this one sends; see test/vm/guest.ts. */
const SINK = 'eth2';
const DUMMY = 'dummy0';
const CONTROL = '/proc/net/pktgen/pgctrl';
const SETTLE_MS = 700;
const WINDOW_MS = 1500;
const FCS_BYTES = 4;

/** Sends as fast as it can on a device from when it starts until it is stopped. */
interface Sender {
  readonly name: string;
  start(): Promise<{ stop(): Promise<void> }>;
}

await runBench('vm', ROUNDS, async (options) => {
  requireRoot();
  requireGuest();
  const machine = await describeMachine();
  run('ip', 'link', 'add', DUMMY, 'type', 'dummy');
  run('ip', 'link', 'set', DUMMY, 'addrgenmode', 'none');
  run('ip', 'link', 'set', DUMMY, 'up');
  report('vm', machine, options, [await compareModes(options), await compareModule(options)]);
});

function requireGuest(): void {
  if (readFileSync('/proc/net/dev', 'utf8').includes(`${SINK}:`)) return;
  throw new HostError('NO_IFACE', `${SINK} is missing: this bench runs in a guest, by npm run bench:vm`);
}

function run(program: string, ...args: readonly string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

async function compareModes(options: Options): Promise<Section> {
  const xdp = (xdpMode: string) =>
    ours(`xdp, ${xdpMode}`, SINK, options, { engine: 'xdp', engineOptions: { xdpMode } });
  const [copy, zeroCopy] = await measure(SINK, [xdp('copy'), xdp('zerocopy')], options);
  return {
    title: `virtio_net, ${options.sizeBytes}-byte frames`,
    rows: [copy, zeroCopy],
    goals: [goalOf('zero-copy over copy', zeroCopy.median / copy.median, '≥', ZERO_COPY_GOAL)],
  };
}

async function compareModule(options: Options): Promise<Section> {
  // Otherwise it takes large packets whole, and --gso is refused.
  run('ethtool', '-K', DUMMY, 'tx-udp-segmentation', 'off', 'tx-checksum-ip-generic', 'off');
  const senders = [
    kernelModule(options),
    ours('tx-ring, bypass', DUMMY, options, { engine: 'tx-ring', engineOptions: { qdiscBypass: true } }),
    ours('xdp', DUMMY, options, { engine: 'xdp' }),
    ours('tx-ring, gso 64', DUMMY, options, { engine: 'tx-ring', engineOptions: { gso: 64 } }),
  ];
  const [theirs, ...rows] = await measure(DUMMY, senders, options);
  const best = Math.max(...rows.map((row) => row.median));
  return {
    title: `dummy, ${options.sizeBytes}-byte frames`,
    rows: [theirs, ...rows],
    goals: [goalOf('our fastest over the module', best / theirs.median, '≥', MODULE_GOAL)],
  };
}

type Rows = [ReturnType<typeof rowOf>, ReturnType<typeof rowOf>, ...ReturnType<typeof rowOf>[]];

/** Turn by turn, so that whatever else happens on the host happens to all. */
async function measure(
  device: string,
  senders: readonly Sender[],
  { rounds, sizeBytes }: Options,
): Promise<Rows> {
  const mpps = senders.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, sender] of senders.entries())
      mpps[i]?.push((await rateOf(device, sender, sizeBytes - FCS_BYTES)) / 1e6);
  }
  return senders.map(({ name }, i) => rowOf(name, 'Mpps', mpps[i] ?? [])) as Rows;
}

/** By the device's bytes: virtio_net leaves frames that were sent without a copy out of its packets. */
async function rateOf(device: string, sender: Sender, frameBytes: number): Promise<number> {
  const running = await sender.start();
  await sleep(SETTLE_MS);
  const first = sample(device);
  await sleep(WINDOW_MS);
  const last = sample(device);
  await running.stop();
  const frames = (last.bytes - first.bytes) / frameBytes;
  if (frames === 0) throw new Error(`${sender.name} sent nothing on ${device}`);
  return frames / (Number(last.ns - first.ns) / 1e9);
}

/** /proc/net/dev: eight columns received, then eight sent; bytes are the first. */
function sample(device: string): { ns: bigint; bytes: number } {
  const table = readFileSync('/proc/net/dev', 'utf8');
  const ns = process.hrtime.bigint();
  const row = table.split('\n').find((line) => line.trim().startsWith(`${device}:`));
  return { ns, bytes: Number(row?.split(':')[1]?.trim().split(/\s+/)[8]) };
}

function ours(name: string, device: string, { sizeBytes }: Options, how: RunOptions): Sender {
  return {
    name: `pktgen ${name}`,
    async start() {
      const options = { iface: device, sizeBytes, cpus: [chooseCpus().tool], ...how };
      const running = await startRun(await resolvePlan(options));
      return {
        async stop() {
          running.stop();
          const { findings } = await running.done;
          if (findings.length > 0)
            throw new Error(`pktgen ${name}: ${findings.map(({ message }) => message).join('; ')}`);
        },
      };
    },
  };
}

/** The kernel's pktgen (Documentation/networking/pktgen.rst): a thread of its own on each CPU, a new packet each time. */
function kernelModule({ sizeBytes }: Options): Sender {
  return {
    name: 'kernel pktgen, clone_skb 0',
    async start() {
      run('modprobe', 'pktgen');
      const thread = `/proc/net/pktgen/kpktgend_${chooseCpus().tool}`;
      writeFileSync(thread, 'rem_device_all\n');
      writeFileSync(thread, `add_device ${DUMMY}\n`);
      const settings = [
        'count 0',
        'clone_skb 0',
        `pkt_size ${sizeBytes - FCS_BYTES}`,
        'delay 0',
        'dst 10.0.0.2',
      ];
      for (const line of [...settings, 'dst_mac 02:00:00:00:00:02'])
        writeFileSync(`/proc/net/pktgen/${DUMMY}`, `${line}\n`);
      // The write ends when the sending does.
      const writer = spawn('sh', ['-c', `echo start >${CONTROL}`], { stdio: 'ignore' });
      return { stop: () => stopModule(writer) };
    },
  };
}

async function stopModule(writer: ChildProcess): Promise<void> {
  writer.kill('SIGINT');
  if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'close');
}
