import { Document, type Node } from 'yaml';
import type { Payload, Stream } from '../model/traffic.js';
import { dissected } from './dissect.js';

/** What the streams are, as the YAML of a profile. */
export function convertToYaml(streams: readonly Stream[], source: string): string {
  const document = new Document(
    { description: `converted from ${source}` },
    { aliasDuplicateObjects: false },
  );
  document.set('streams', document.createNode(streams.map((stream) => profileStream(document, stream))));
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Only what says something: the rest is what a profile's stream is anyway. */
function profileStream(document: Document, stream: Stream): Record<string, unknown> {
  const { headers, payload } = dissected(stream);
  const { patches, checksums } = stream;
  const isRaw = headers === stream.headers;
  return {
    name: stream.name,
    headers: headers.map(({ protocol, fields }) => ({ [protocol]: oneLine(document, fields) })),
    // Even an empty one: without it, what fills a short frame would count as payload, and be in all lengths.
    ...(!isRaw && { payload: oneLine(document, { hex: hexOf(payload) }) }),
    ...(patches && { patches: patches.map((patch) => oneLine(document, patch)) }),
    ...(checksums && { checksums: checksums.map((checksum) => oneLine(document, checksum)) }),
  };
}

function oneLine(document: Document, value: unknown): Node {
  return document.createNode(value, { flow: true });
}

function hexOf(payload: Payload): string {
  return payload.kind === 'bytes' ? payload.hex : '';
}
