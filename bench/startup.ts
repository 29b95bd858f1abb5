// From the command to the first packet. `npm run bench:startup -- [--rounds N] [--json]`, as root.
import { type ChildProcess, spawn } from 'node:child_process';
import { finished, pktgenJson } from '../test/support/pktgen.js';
import { describeMachine, type Options, requireRoot, requireTcpdump, runBench } from './bench.js';
import { type Device, type Namespace, withNamespace } from './namespace.js';
import { goalOf, type Row, report, rowOf, type Section } from './report.js';

const ROUNDS = 10;
const GOAL_MS = 300;
const CAPTURE_LIMIT_MS = 20_000;

await runBench('startup', ROUNDS, async (options) => {
  requireRoot();
  requireTcpdump();
  const machine = await describeMachine();
  const sections = await withNamespace((namespace) => measure(namespace, options));
  report('startup', machine, options, sections);
});

async function measure(namespace: Namespace, { rounds, sizeBytes }: Options): Promise<Section[]> {
  const device = namespace.addPair();
  const size = ['--size', `${sizeBytes}`];
  const captured: number[] = [];
  const own: number[] = [];
  const lab: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const times = await captureFirst(namespace, device, size);
    captured.push(times.captured);
    own.push(times.own);
    lab.push(await ownFigure(namespace, ['--lab', ...size]));
  }
  return [
    section('veth pair', [
      rowOf('command to capture at the far end', 'ms', captured),
      rowOf("pktgen's own figure", 'ms', own),
    ]),
    section('lab', [rowOf("pktgen's own figure", 'ms', lab)]),
  ];
}

function section(title: string, rows: readonly Row[]): Section {
  return { title, rows, goals: rows.map((row) => goalOf(row.name, row.median, '≤', GOAL_MS)) };
}

/**
 * The start is our clock just before the process is made, the end is the kernel's timestamp on the arriving frame. Both
 * are the wall clock; ours is cut to whole milliseconds, so that the result is up to 1 ms too long. It also holds what
 * `ip netns exec` takes, a few milliseconds.
 */
async function captureFirst(
  namespace: Namespace,
  device: Device,
  size: readonly string[],
): Promise<{ captured: number; own: number }> {
  const tcpdump = startCapture(namespace, device);
  const arrived = finished(tcpdump);
  try {
    await listening(tcpdump);
    const startedAtMs = Date.now();
    const own = await ownFigure(namespace, ['--iface', device.name, ...size]);
    return { captured: arrivalMs((await arrived).stdout) - startedAtMs, own };
  } finally {
    tcpdump.kill('SIGKILL');
  }
}

function startCapture(namespace: Namespace, device: Device): ChildProcess {
  const options = ['-tt', '--time-stamp-precision=nano', '--immediate-mode', '-c', '1'];
  const [program = '', ...rest] = [...namespace.prefix, 'tcpdump', '-Z', 'root', '-n', ...options];
  return spawn(program, [...rest, '-i', device.seenAt], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: CAPTURE_LIMIT_MS,
    killSignal: 'SIGKILL',
  });
}

function listening(tcpdump: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = '';
    tcpdump.stderr?.on('data', (text: string) => {
      seen += text;
      if (seen.includes('listening on')) resolve();
    });
    tcpdump.on('close', () => reject(new Error(`tcpdump ended: ${seen}`)));
  });
}

function arrivalMs(text: string): number {
  const seconds = /^(\d+\.\d+) /m.exec(text)?.[1];
  if (seconds === undefined) throw new Error(`no frame arrived: ${text}`);
  return Number(seconds) * 1000;
}

async function ownFigure(namespace: Namespace, args: readonly string[]): Promise<number> {
  const { commandToFirstPacketMs } = await pktgenJson([...args, '--count', '1'], {
    prefix: namespace.prefix,
  });
  if (commandToFirstPacketMs === null) throw new Error('pktgen sent nothing');
  return commandToFirstPacketMs;
}
