const LINE_BYTES = 16;

/** As tcpdump -x prints a frame. */
export function hexDump(frame: Uint8Array): string[] {
  const hex = Buffer.from(frame).toString('hex');
  const lines = hex.match(new RegExp(`.{1,${LINE_BYTES * 2}}`, 'g')) ?? [];
  return lines.map((line, i) => {
    const offset = (i * LINE_BYTES).toString(16).padStart(4, '0');
    return `0x${offset}:  ${(line.match(/.{1,4}/g) ?? []).join(' ')}`;
  });
}
