import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { NativeEngineInfo, NativeEngineOption } from '#src/native/index.js';
import { engines, flagOf } from '#src/run/engine-options.js';
import { ROOT } from '../../support/pktgen.js';

const FILE = path.join(ROOT, 'docs/engines.md');
const MARK = /^<!-- What follows is written by .* -->$/m;

/** What an engine cannot say about itself. */
const PITFALLS: Readonly<Record<string, string>> = {
  live: `The frame program becomes a BPF program, so that fields vary and checksums hold in the kernel. Frames vanish without an
error in a device that is down or has no \`ndo_xdp_xmit\`, and above the MTU: the run watches the device's counter. The queueing
discipline and tcpdump on the device see nothing. Two workers on a veth with one queue lose frames. Streams and
sizes take turns exactly as with every other engine.`,
  null: 'What is left is the cost of the generator itself.',
  packet: 'The base line of packet sockets. `--batch 1` is plain `send`.',
  pcap: `What would be sent, for Wireshark; \`--to FILE\` is enough to mean it. The file ends after 1,000 frames where
nothing else ends it: no count, bytes or duration, and no rate or streams that end by themselves.`,
  'tx-ring': `With \`--qdisc-bypass\` no queueing discipline and no tcpdump on the device sees the frames, and the flow
dissector is not run (8 to 18 %). A ring that fits into the L1 or L2 cache is fastest: 1024 slots of 2048 bytes cost 9 to 15 %.
With \`--gso N\` one packet carries N frames of UDP with constant headers, and the kernel cuts it: not with \`--qdisc-bypass\`,
and refused on a device that claims \`tx-udp-segmentation\` and would pass the large packet whole.`,
  udp: `What an application gets through the whole stack: routing and neighbours have to be there, and only constant-header UDP
over IPv4 can be sent.`,
  xdp: `Each worker binds a queue of its own. In copy mode every batch takes a system call and every frame a copy; zero-copy
needs a driver that has it, and puts an XDP program on the interface for as long as the run lasts. tcpdump on the device sees
nothing in zero-copy mode.`,
};

test('docs/engines.md lists every engine as it describes itself', () => {
  const text = readFileSync(FILE, 'utf8');
  const mark = MARK.exec(text);
  assert.ok(mark, 'the mark is missing');
  const head = text.slice(0, mark.index + mark[0].length);
  const made = `${head}\n\n${engines().map(section).join('\n')}`;
  if (process.env['PKTGEN_UPDATE']) writeFileSync(FILE, made);
  assert.equal(readFileSync(FILE, 'utf8'), made);
});

test('every engine has its pitfalls written down', () => {
  assert.deepEqual(
    engines().map(({ name }) => name),
    Object.keys(PITFALLS).toSorted(),
  );
});

function section(engine: NativeEngineInfo): string {
  const { name, summary, needsDevice, capabilities, defaultBatch, options } = engine;
  const needs = needsDevice ? ` Needs ${capabilities.replaceAll(',', ' and ')}.` : '';
  const lines = [`## ${name}`, '', `${upper(summary)}.${needs} Batch: ${defaultBatch}.`, ''];
  const rows = options.map(
    (option) => `| \`${flagOf(option.name)}\` | ${rangeOf(option)} | ${option.description} |`,
  );
  const table = rows.length > 0 ? ['| option | values | what it does |', '|---|---|---|', ...rows, ''] : [];
  return [...lines, ...table, PITFALLS[name], ''].join('\n');
}

function rangeOf(option: NativeEngineOption): string {
  switch (option.type) {
    case 'flag':
      return 'a flag';
    case 'text':
      return option.argument;
    case 'choice':
      return option.choices
        .map((choice) => (choice === option.fallback ? `**${choice}**` : choice))
        .join(', ');
    case 'integer': {
      const power = option.powerOfTwo ? ', a power of two' : '';
      return `${option.minimum}–${option.maximum}${power}; **${option.fallback}**`;
    }
  }
}

const upper = (text: string) => (/^[a-z]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text);
