import type { Stream, TrafficModel } from '../model/traffic.js';
import { loadProtocols } from './catalogue.js';
import { formatField } from './fields.js';
import { assign, stackHeaders } from './layers.js';
import { endOf, type Layer, placeLayers } from './layout.js';
import { Problems } from './problems.js';

/** A frame of `stream` as lines of text, one per header with all its fields, by the layout that made it. */
export async function describeFrame(
  model: TrafficModel,
  stream: Stream,
  frame: Uint8Array,
): Promise<string[]> {
  const layers = await layersOf(model, stream);
  const lines = layers.map((layer) => {
    const fields = layer.fields.map(({ field, offsetBits, bits }) => {
      return bits === 0
        ? []
        : [`${field.name}=${formatField(field, readBits(frame, offsetBits, bits), bits)}`];
    });
    return [layer.protocol.name, ...fields.flat()].join(' ');
  });
  const rest = frame.length - endOf(layers);
  return rest > 0 ? [...lines, `payload and padding, ${rest} bytes`] : lines;
}

async function layersOf(model: TrafficModel, stream: Stream): Promise<Layer[]> {
  const problems = new Problems();
  const stack = stackHeaders(stream.headers, await loadProtocols(stream.headers), [], problems);
  return placeLayers(assign(stack, model.defaults ?? [], model.overrides ?? [], new Set()), problems);
}

function readBits(frame: Uint8Array, offsetBits: number, bits: number): bigint {
  const from = Math.floor(offsetBits / 8);
  const to = Math.ceil((offsetBits + bits) / 8);
  const all = BigInt(`0x0${Buffer.from(frame.subarray(from, to)).toString('hex')}`);
  return BigInt.asUintN(bits, all >> BigInt(to * 8 - offsetBits - bits));
}
