import type { Options } from 'yargs';
import {
  BENCHMARK_DESTINATION,
  BENCHMARK_SOURCE,
  MAX_SIZE_BYTES,
  MIN_SIZE_BYTES,
  type Profile,
  parseCount,
  parseSizes,
  type RunOptions,
  readProfiles,
  readTrafgen,
  TrafficError,
  UNANSWERED_MAC,
  UsageError,
} from '../index.js';
import { flag, text, textOf, texts, textsOf, type Values } from './command.js';

const GROUP = 'What (else one stream of UDP):';
const FRAMES = 'Frames (in every stream; ranges and prefixes vary):';

/** The options that say what is sent. */
export function trafficOptions(): Record<string, Options> {
  return {
    profile: texts(GROUP, 'NAME|FILE', 'traffic from a profile; several add up; see pktgen profile list'),
    packet: texts(
      GROUP,
      'TEXT',
      "one stream in a profile's words, e.g. --packet 'ipv4 dst=198.19.0.0/24 / udp dstPort=53 / payload 18'",
    ),
    trafgen: texts(GROUP, 'FILE', "a configuration of netsniff-ng's trafgen"),
    cpp: flag(GROUP, 'run the C preprocessor over the trafgen file first'),
    seed: text(GROUP, 'N', 'what is random follows from it, the same in every run [1]'),
    size: text(
      FRAMES,
      'SIZE',
      `frame size, the 4-byte FCS included, ${MIN_SIZE_BYTES}…${MAX_SIZE_BYTES} [${MIN_SIZE_BYTES}], or a mix: --size imix, --size 64,1518, --size IMIX:aaabg`,
    ),
    'src-mac': text(FRAMES, 'MAC', "[the interface's own]"),
    'dst-mac': text(FRAMES, 'MAC', `[${UNANSWERED_MAC}, which no host answers to]`),
    'src-ip': text(FRAMES, 'ADDRESS', `[the interface's own, else ${BENCHMARK_SOURCE}]`),
    'dst-ip': text(FRAMES, 'ADDRESS', `[${BENCHMARK_DESTINATION}], e.g. --dst-ip 198.19.0.0/24`),
    'src-port': text(FRAMES, 'PORT', 'UDP, TCP or SCTP [9], e.g. --src-port 1024-65535'),
    'dst-port': text(FRAMES, 'PORT', 'UDP, TCP or SCTP [9], e.g. --dst-port 53'),
  };
}

/** The traffic that these values ask for, and what its profile says about the run. */
export interface AskedTraffic {
  readonly profile: Profile | undefined;
  readonly options: RunOptions;
}

export async function trafficOf(values: Values): Promise<AskedTraffic> {
  const profile = await profileOf(values);
  const seed = textOf(values, 'seed');
  const options = {
    traffic: profile?.traffic ?? (await trafgenOf(values)),
    sizes: sizesOf(values),
    srcMac: textOf(values, 'src-mac'),
    dstMac: textOf(values, 'dst-mac'),
    srcIp: textOf(values, 'src-ip'),
    dstIp: textOf(values, 'dst-ip'),
    srcPort: textOf(values, 'src-port'),
    dstPort: textOf(values, 'dst-port'),
    seed: seed === undefined ? undefined : parseCount('--seed', seed, 0, Number.MAX_SAFE_INTEGER),
  };
  return { profile, options: { ...profile?.run, ...withoutUndefined(options) } };
}

/** What the compiler finds wrong is shown where the person wrote it. */
export async function explained<T>({ profile }: AskedTraffic, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (!profile || !(error instanceof TrafficError)) throw error;
    // What a flag got wrong has no place in the profile.
    const isPlaced = error.problems.every(({ path }) => path.length > 0);
    throw isPlaced ? profile.errorOf(error.problems) : error;
  }
}

/** Only what was given. */
export function withoutUndefined(given: object): RunOptions {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as RunOptions;
}

async function profileOf(values: Values): Promise<Profile | undefined> {
  const names = textsOf(values, 'profile');
  const packets = textsOf(values, 'packet');
  if (names.length + packets.length === 0) return undefined;
  if (values['trafgen'] !== undefined) {
    throw new UsageError(
      '--trafgen: leave out --profile and --packet; pktgen profile convert makes a profile of it',
    );
  }
  return readProfiles(names, { packets });
}

async function trafgenOf(values: Values): Promise<RunOptions['traffic']> {
  const [file, second] = textsOf(values, 'trafgen');
  if (second !== undefined) throw new UsageError(`--trafgen ${second}: one file at a time; profiles add up`);
  if (file === undefined) {
    if (values['cpp']) throw new UsageError('--cpp: it goes with --trafgen FILE');
    return undefined;
  }
  const streams = await readTrafgen(file, { cpp: values['cpp'] === true });
  return { seed: 1, order: 'smooth', streams };
}

function sizesOf(values: Values): RunOptions['sizes'] {
  const size = textOf(values, 'size');
  return size === undefined ? undefined : parseSizes('--size', size);
}
