import type { FrameChecksum } from '../model/traffic.js';
import type { ChecksumRule } from '../protocols/protocol.js';
import type { Coverage } from './checksum.js';
import { numberOf } from './layers.js';
import type { Layer } from './layout.js';

/** The checksums of all layers, from the top down: a lower one may cover an upper one. */
export function coveragesOf(layers: readonly Layer[], payloadEnd: number): Coverage[] {
  return layers.flatMap((_, i) => coverageOf(layers, i, payloadEnd) ?? []).reverse();
}

function coverageOf(layers: readonly Layer[], i: number, payloadEnd: number): Coverage | undefined {
  const layer = layers[i];
  const rule = layer?.protocol.checksum;
  const at = rule && layer.fields.find(({ field }) => field.name === rule.field);
  if (!layer || !rule || !at || layer.checksum === 'given') return undefined;
  const end = rule.covers === 'header' ? layer.offsetBytes + layer.bytes : payloadEnd;
  const pseudo = rule.pseudoHeader ? pseudoHeader(layers, i, payloadEnd) : { ranges: [], plus: 0 };
  return {
    algorithm: algorithmOf(rule),
    offsetBytes: at.offsetBits / 8,
    ranges: [...pseudo.ranges, [layer.offsetBytes, end]],
    plus: pseudo.plus,
    zeroIsOnes: rule.zeroIsOnes ?? false,
    bad: layer.checksum === 'bad',
  };
}

function algorithmOf(rule: ChecksumRule): Coverage['algorithm'] {
  return rule.algorithm ?? 'internet';
}

type Pseudo = Pick<Coverage, 'ranges' | 'plus'>;

/** The addresses of the nearest lower layer that has a pseudo header, the upper protocol's number and length. */
function pseudoHeader(layers: readonly Layer[], i: number, payloadEnd: number): Pseudo {
  const upper = layers[i] as Layer;
  const at = layers.findLastIndex((layer, j) => j < i && layer.protocol.pseudoHeader);
  const lower = layers[at];
  const rule = lower?.protocol.pseudoHeader;
  if (!lower || !rule) return { ranges: [], plus: 0 };
  const number = numberOf(upper.protocol, rule.space, layers[i + 1]?.protocol) ?? 0n;
  const destination = finalDestination(layers.slice(at + 1, i));
  const ranges = rule.fields.map((name) =>
    name === rule.destination && destination ? destination : rangeOf(lower, name),
  );
  return { ranges, plus: Number(number) + payloadEnd - upper.offsetBytes };
}

const IPV6_ADDRESS_BYTES = 16;

/** With a routing header, the last address on the way (RFC 8200 section 8.1). */
function finalDestination(between: readonly Layer[]): readonly [number, number] | undefined {
  for (const layer of between) {
    const name = layer.protocol.finalDestination;
    const range = name === undefined ? undefined : rangeOf(layer, name);
    if (range && range[1] - range[0] >= IPV6_ADDRESS_BYTES) return [range[0], range[0] + IPV6_ADDRESS_BYTES];
  }
  return undefined;
}

function rangeOf(layer: Layer, name: string): readonly [number, number] {
  const placed = layer.fields.find(({ field }) => field.name === name);
  if (!placed) throw new Error(`${layer.protocol.name} has no field ${name}`);
  return [placed.offsetBits / 8, (placed.offsetBits + placed.bits) / 8];
}

/** A checksum by position. */
export function givenCoverage(checksum: FrameChecksum, frameBytes: number): Coverage {
  return {
    algorithm: 'internet',
    offsetBytes: checksum.offsetBytes,
    ranges: checksum.covers.map(([from, to]) => [from, to ?? frameBytes] as const),
    plus: checksum.plus,
    zeroIsOnes: checksum.zeroIsOnes,
    bad: false,
  };
}
