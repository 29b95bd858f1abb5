import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PATIENCE } from './pktgen.js';

/** Room for all frames of a test, each in a slot of its own: they come faster than tcpdump writes. */
const BUFFER_KIB = 65_536;
const LONGEST_BYTES = 9200;
const MOST_TEXT_BYTES = 1 << 26;

/** tcpdump (libpcap) on an interface, writing to a file until it has seen `count` frames. */
export class Capture {
  private readonly directory = mkdtempSync(path.join(tmpdir(), 'pktgen-'));
  readonly file = path.join(this.directory, 'frames.pcap');
  private readonly child: ChildProcess;

  private constructor(prefix: readonly string[], name: string, count: number) {
    const tcpdump = [
      'tcpdump',
      '-Z',
      'root',
      '-ni',
      name,
      '--immediate-mode',
      '--time-stamp-precision=nano',
      '-B',
      String(BUFFER_KIB),
      '-s',
      String(LONGEST_BYTES),
      '-c',
      String(count),
      '-w',
      this.file,
    ];
    const [program = '', ...args] = [...prefix, ...tcpdump];
    this.child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 30_000 * PATIENCE });
  }

  /** Resolves when tcpdump is listening. */
  static async start(prefix: readonly string[], name: string, count: number): Promise<Capture> {
    const capture = new Capture(prefix, name, count);
    try {
      await capture.listening();
    } catch (error) {
      capture.remove();
      throw error;
    }
    return capture;
  }

  private listening(): Promise<void> {
    return new Promise((resolve, reject) => {
      let text = '';
      this.child.stderr?.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        if (text.includes('listening on')) resolve();
      });
      this.child.on('error', reject);
      this.child.on('close', () => reject(new Error(`tcpdump ended: ${text}`)));
    });
  }

  /** Resolves when all frames have been seen. */
  async complete(): Promise<void> {
    if (this.child.exitCode !== null) return;
    await new Promise((resolve) => this.child.on('close', resolve));
  }

  /** The frames in hex, as libpcap stored them. */
  frames(): string[] {
    return framesOf(this.file);
  }

  /** When the kernel saw each of them, from the first one on. */
  timesNs(): number[] {
    return timesOf(this.file);
  }

  /** One row per frame with the values that tshark's dissectors found, checksums verified. */
  dissect(...fields: readonly string[]): string[][] {
    const options = ['-o', 'ip.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE', '-T', 'fields'];
    const wanted = fields.flatMap((field) => ['-e', field]);
    const text = execFileSync('tshark', ['-r', this.file, ...options, ...wanted], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return text
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
  }

  remove(): void {
    this.child.kill('SIGKILL');
    rmSync(this.directory, { recursive: true });
  }
}

/** The stamps of a capture file in nanoseconds, from the first one on, as tcpdump reads them. */
export function timesOf(file: string): number[] {
  const text = execFileSync('tcpdump', ['-r', file, '-tt', '-q', '-n', '--time-stamp-precision=nano'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: MOST_TEXT_BYTES,
  });
  const stamps = [...text.matchAll(/^(\d+)\.(\d{9}) /gm)].map(([, seconds = '', rest = '']) =>
    BigInt(seconds + rest),
  );
  return stamps.map((stamp) => Number(stamp - (stamps[0] ?? 0n)));
}

/** The frames of a capture file in hex, as tcpdump reads them. */
export function framesOf(file: string): string[] {
  const text = execFileSync('tcpdump', ['-r', file, '-t', '-xx', '-n'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: MOST_TEXT_BYTES,
  });
  const frames: string[] = [];
  for (const line of text.split('\n')) {
    const dump = /^\s+0x[0-9a-f]+: +(.*)$/.exec(line)?.[1];
    if (dump === undefined) frames.push('');
    else frames.push((frames.pop() ?? '') + dump.replaceAll(' ', ''));
  }
  return frames.filter(Boolean);
}
