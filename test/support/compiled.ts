import { compile } from '#src/compile/compile.js';
import type { Header, Payload, Stream, TrafficModel } from '#src/model/traffic.js';
import { ZEROS } from '#src/model/traffic.js';

/** The first frame of a stream of these headers. */
export async function compileFrame(
  headers: readonly Header[],
  payload: Payload = ZEROS,
  sizeBytes?: number,
): Promise<Uint8Array> {
  const sizes: Stream['sizes'] = sizeBytes ? { order: 'smooth', list: [{ sizeBytes, weight: 1 }] } : null;
  const stream: Stream = { name: 'test', weight: 1, count: null, sizes, headers, payload, flows: null };
  const model: TrafficModel = { seed: 1, order: 'smooth', streams: [stream] };
  const { streams } = await compile(model);
  const variants = streams[0]?.variants;
  if (!variants) throw new Error('the model has no stream');
  const head = variants.bytes.subarray(0, variants.headBytes[0]);
  return Buffer.concat([head, variants.body.subarray(head.length, variants.frameBytes[0])]);
}

/** [['vlan', {id: 5}], 'udp'] as the model has it. */
export type Layers = readonly (string | readonly [protocol: string, fields: Header['fields']])[];

export function headersOf(layers: Layers): Header[] {
  return layers.map((layer) => {
    const [protocol, fields] = typeof layer === 'string' ? [layer, {}] : layer;
    return { protocol, fields };
  });
}
