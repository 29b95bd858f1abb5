import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDashboard } from '#src/tui/dashboard.js';
import { delta, snapshot, UNPACED, workerPlan } from '../support/samples.js';
import {
  after,
  LARGE,
  labPlan,
  leg,
  lineWith,
  mix,
  pageOf,
  running,
  SIZES,
  SMALL,
  shown,
  streams,
  watched,
} from '../support/screens.js';

const FACTOR: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };
/** "4.005 Mpps" → 4005000. */
function parsed(text: string | undefined): number {
  const match = /^([\d,.]+) ?([kMG]?)/.exec(text ?? '');
  return Number(match?.[1]?.replaceAll(',', '')) * (FACTOR[match?.[2] ?? ''] ?? Number.NaN);
}

function near(actual: number, expected: number, digits = 4): void {
  assert.equal(actual.toPrecision(digits), expected.toPrecision(digits));
}

const PACE = { packets: [2_066_123, 1_938_456] } as const;
const TOTAL = 2_066_123 + 1_938_456;
const READABLE = SIZES.filter(({ columns }) => columns >= 80);

for (const size of READABLE) {
  test(`at ${size.columns}x${size.rows} the figures are those of the snapshots`, () => {
    const dashboard = watched(40, PACE, leg({ durationNs: 60e9 }));
    dashboard.say('the last message');
    const text = shown(dashboard, { size });
    const rate = /([\d.]+ Mpps) +L2 ([\d.]+ Gbit\/s) +L1 ([\d.]+ Gbit\/s) +([\d.]+) % of line rate/.exec(
      text,
    );
    near(parsed(rate?.[1]), TOTAL);
    near(parsed(rate?.[2]), TOTAL * 64 * 8);
    near(parsed(rate?.[3]), TOTAL * 84 * 8);
    near(Number(rate?.[4]), (100 * TOTAL * 84 * 8) / 10e9);
    assert.match(text, /10\.00 Gbit\/s of 64 bytes: 14\.88 Mpps │/);
    for (const [cpu, pps] of PACE.packets.entries()) {
      const row = new RegExp(
        `^ +${cpu} +${cpu} ([\\d.]+ Mpps) +([\\d.]+) +([\\d.]+) +([\\d.]+) .*█+│█+`,
        'm',
      ).exec(text);
      near(parsed(row?.[1]), pps);
      near(Number(row?.[2]), (100 * pps) / TOTAL, 3);
      near(Number(row?.[3]), 1e9 / pps);
      near(Number(row?.[4]), 0.96e9 / pps);
    }
    assert.match(text, /budget 134\.4 ns/);
    assert.match(text, /fill .*entry .*kernel .*room .*idle .*off.* ns/);
    assert.match(text, /^ +all +4\.005 Mpps +100\.0 +499\.4 +479\.5 /m);
    assert.match(text, /64\.0/);
    near(parsed(/^sent +([\d,]+) frames/m.exec(text)?.[1]), TOTAL * 10, 8);
    assert.match(text, /^device +lab0 .*counted 40,045,790.*dropped 0 .* agrees exactly$/m);
    assert.match(text, /^far end +lab1 received 40,045,790.* all arrived$/m);
    assert.match(text, /^pps .*[▁▂▃▄▅▆▇█].*4\.00/m);
    assert.match(text, /^ns .*[▁▂▃▄▅▆▇█].*499\.4/m);
    assert.match(text, /0:10 the last message/);
    assert.match(text, /^q quit +\? help +space pause/m);
    assert.match(text, /running +0:10$/m);
    assert.match(text, /0:50 left$/m);
    assert.match(text, /^limited by engine: a packet takes it 499 ns|^limited by engine: .*%/m);
    assert.match(text, /tx-ring --qdisc-bypass --ring-frames 128 --batch 64 .*CPU→queue 0→0 1→1$/m);
    assert.match(text, /udp, 64 bytes → lab0 \(veth, 10\.00 Gbit\/s\) → lab1/);
  });
}

test('at 60x15 there is still the rate, the workers, the truth and the last message', () => {
  const dashboard = watched(40, PACE);
  dashboard.say('the last message');
  const text = shown(dashboard, { size: { columns: 60, rows: 15 } });
  for (const what of [
    /4\.005 Mpps/,
    /2\.066 Mpps/,
    /1\.938 Mpps/,
    /agrees exactly/,
    /last message/,
    /q quit/,
    /limited by/,
  ]) {
    assert.match(text, what);
  }
});

test('rates are of the last second, and since the start before there is one', () => {
  const dashboard = createDashboard();
  dashboard.begin(leg());
  let packets = 0;
  const rates: (string | undefined)[] = [];
  for (const pps of [400, 800, 400, 400, 1600, 1600, 1600, 1600]) {
    packets += pps / 4;
    const seconds = (rates.length + 1) / 4;
    dashboard.observe(snapshot([running(packets, seconds)], { elapsedSeconds: seconds }));
    rates.push(/([\d.]+ k?pps) +L2/.exec(shown(dashboard))?.[1]);
  }
  assert.deepEqual(rates.slice(0, 5), ['400.0 pps', '600.0 pps', '533.3 pps', '500.0 pps', '800.0 pps']);
  assert.equal(rates.at(-1), '1.600 kpps');
});

test('a new rate is shown at once, without what was sent before', () => {
  const dashboard = createDashboard();
  dashboard.begin(leg());
  const limits: (string | undefined)[] = [];
  let packets = 0;
  for (let i = 1; i <= 12; i++) {
    const asked = i <= 8 ? 1000 : 2000;
    packets += asked / 4;
    dashboard.observe(snapshot([running(packets, i / 4)], { elapsedSeconds: i / 4, askedPps: asked }));
    limits.push(/([\d.]+ kpps) +L2/.exec(shown(dashboard))?.[1]);
  }
  assert.deepEqual(limits.slice(7), ['1.000 kpps', '2.000 kpps', '2.000 kpps', '2.000 kpps', '2.000 kpps']);
  assert.match(shown(dashboard), /limited by rate: kept/);
  assert.match(shown(dashboard, { size: LARGE }), /asked 2\.000 kpps/);
});

test('what limits is said with its reason', () => {
  const limit = (times: Parameters<typeof watched>[1]['times']) =>
    lineWith(watched(12, { ...PACE, ...(times ? { times } : {}) }), /^limited by/);
  assert.equal(limit({ roomSeconds: 0.4 }), 'limited by device: 40 % of the time it had no room');
  assert.equal(limit({ offCpuSeconds: 0.3 }), 'limited by CPU: others had the CPU 24 % of the time');
  const dashboard = createDashboard();
  dashboard.begin(leg());
  dashboard.observe(snapshot([running(100, 1, { state: 'paused' })]));
  assert.match(shown(dashboard), /^paused: nothing is sent$/m);
  assert.match(shown(dashboard), /space resume/);
});

test('where the device tells no speed, 10 Gbit/s is the yardstick, and that is said', () => {
  const plan = labPlan({ linkSpeedMbps: null, schedule: { ...UNPACED, lineRateBps: null } });
  const text = shown(watched(8, PACE, leg({ plan })));
  assert.match(text, /26\.91 % of 10\.00 Gbit\/s/);
  assert.match(text, /of 10\.00 Gbit\/s, the device tells no speed: 14\.88 Mpps/);
  assert.match(text, /lab0 \(veth, tells no speed\)/);
});

test('a rate above line rate moves the mark, and the bar goes past it', () => {
  const lines = shown(watched(8, { packets: [15e6, 13e6] })).split('\n');
  const gauge = lines.find((line) => /^█+│█+░+$/.test(line)) ?? '';
  assert.equal(gauge.indexOf('│'), 40);
  assert.equal(gauge.lastIndexOf('█'), Math.round((28 / 14.880952 / 2) * 80) - 1);
});

test('frames on their way are told from frames that are missing', () => {
  const judged = (quarters: number, missing: number, extra = 0) => {
    const dashboard = watched(quarters, PACE);
    const sent = (TOTAL * quarters) / 4;
    const device = delta({ name: 'lab0', txPackets: sent - missing });
    for (let i = 0; i <= extra; i++) {
      const changes = {
        device,
        farEnd: delta({ name: 'lab1', rxPackets: sent - missing }),
        elapsedSeconds: (quarters + i) / 4,
      };
      dashboard.observe(after(quarters, PACE, changes));
    }
    return [lineWith(dashboard, /^device/), lineWith(dashboard, /^far end/)];
  };
  const [device, farEnd] = judged(12, 5000);
  assert.match(device ?? '', / 5,000 on their way$/);
  assert.match(farEnd ?? '', /5,000 on their way$/);
  // A veth counts at once: more than is sent in a moment is not on its way.
  const [late, lost] = judged(12, 210_000);
  assert.match(late ?? '', /DISAGREES by 210,000$/);
  assert.match(lost ?? '', /210,000 missing, loss 1\.75 %$/);
  // Once nothing is sent any more, nothing is on its way.
  const [still, gone] = judged(12, 1, 4);
  assert.match(still ?? '', /DISAGREES by 1$/);
  assert.match(gone ?? '', /1 missing, loss 0\.00000832 %$|1 missing, loss 8\.32e-6 %$/);
});

test('errors are shown by name, since the start or zero', () => {
  const dashboard = createDashboard();
  dashboard.begin(leg({ plan: labPlan({ workers: [workerPlan(0, 0)] }) }));
  dashboard.observe(snapshot([running(6400, 1, { errors: { ENOBUFS: 3 }, busy: 50 })]));
  assert.match(shown(dashboard), /^errors +ENOBUFS 3$/m);
  dashboard.zero();
  dashboard.observe(snapshot([running(12_800, 2, { errors: { ENOBUFS: 3, EIO: 1 }, busy: 50 })]));
  assert.match(shown(dashboard), /^errors +EIO 1$/m);
  assert.match(shown(dashboard, { size: LARGE }), / EIO 1$/m);
});

test('zero begins counts, means and the whole run anew, and leaves rates alone', () => {
  const dashboard = watched(20, { packets: [1000, 1000] });
  dashboard.zero();
  assert.match(shown(dashboard), /^sent +0 frames, 0 bytes/m);
  for (let i = 21; i <= 28; i++) {
    const packets = 5000 + 500 * (i - 20);
    dashboard.observe(
      snapshot([running(packets, i / 4), running(packets, i / 4)], {
        elapsedSeconds: i / 4,
        device: delta({ name: 'lab0', txPackets: 2 * packets }),
        streams: streams({ udp: 2 * packets }),
      }),
    );
  }
  const text = shown(dashboard, { size: LARGE });
  assert.match(
    text,
    /^sent +8,000 frames, 512,000 bytes \(FCS included\), on average 4\.000 kpps and 500000\.0 ns/m,
  );
  assert.match(text, /^device +lab0 .*counted 8,000 of 8,000 .*agrees exactly$/m);
  assert.match(text, /whole run, 0:02/);
  assert.match(text, /^udp +100\.00 +100\.00 +4\.000 kpps +8,000 +512,000$/m);
  assert.match(text, /running +0:07$/m);
});

test('a new leg goes on where the old one was', () => {
  const dashboard = watched(20, { packets: [1000, 1000] });
  const sentBefore = { packets: 10_000, bytes: 640_000, seconds: 5 };
  dashboard.begin(leg({ sentBefore, countPackets: 20_000 }));
  dashboard.observe(after(4, { packets: [500, 500] }));
  const text = shown(dashboard, { size: LARGE });
  assert.match(text, /^sent +11,000 frames, 704,000 bytes/m);
  assert.match(text, /^ *1\.000 kpps +L2/m);
  assert.match(text, /^device +lab0 .*counted 11,000 of 11,000 .*agrees exactly$/m);
  assert.match(text, /whole run, 0:06/);
  assert.match(text, /running +0:06$/m);
  assert.match(text, /9,000 frames left, about 0:09 \(55\.0 %\)$/m);
  dashboard.zero();
  dashboard.begin(leg({ sentBefore: { packets: 11_000, bytes: 704_000, seconds: 6 } }));
  dashboard.observe(after(4, { packets: [500, 500] }));
  assert.match(shown(dashboard), /^sent +1,000 frames, 64,000 bytes/m);
});

test('what comes first of count and duration is what is left', () => {
  const left = (facts: Parameters<typeof leg>[0]) =>
    shown(watched(8, { packets: [1000] }, leg(facts)), { size: LARGE })
      .split('\n')[1]
      ?.match(/lab1 +(.*)$/)?.[1];
  assert.equal(left({}), 'until stopped');
  assert.equal(left({ durationNs: 10e9 }), '0:08 left');
  assert.equal(left({ countPackets: 4000 }), '2,000 frames left, about 0:02 (50.0 %)');
  assert.equal(left({ countPackets: 4000, durationNs: 10e9 }), '2,000 frames left, about 0:02 (50.0 %)');
  assert.equal(left({ countPackets: 400_000, durationNs: 10e9 }), '0:08 left');
});

test('a warm-up is not counted', () => {
  const dashboard = createDashboard();
  dashboard.begin(leg());
  const warm = running(1000, 1);
  dashboard.observe(snapshot([warm], { elapsedSeconds: 1, warmup: [warm] }));
  assert.match(shown(dashboard), /^sent +0 frames/m);
  const device = delta({ name: 'lab0', txPackets: 1500 });
  dashboard.observe(snapshot([running(1500, 2)], { elapsedSeconds: 2, warmup: [warm], device }));
  const text = shown(dashboard, { size: LARGE });
  assert.match(text, /^sent +500 frames, 32,000 bytes .* on average 500\.0 pps/m);
  assert.match(
    text,
    /counted 1,500 (of 1,500 \(tx_packets\) with 1,000 of the|with) warm-up, dropped 0 +agrees exactly/,
  );
});

test("a warm-up is out of the device's count once zero was after it", () => {
  const dashboard = createDashboard();
  dashboard.begin(leg());
  const warm = running(1000, 1);
  const at = (packets: number, quarters: number) =>
    snapshot([running(packets, quarters / 4)], {
      elapsedSeconds: quarters / 4,
      warmup: [warm],
      device: delta({ name: 'lab0', txPackets: packets }),
    });
  dashboard.observe(at(1500, 8));
  const narrow = lineWith(dashboard, /^device/);
  assert.match(narrow, /1,500 with warm-up, dropped 0 +agrees exactly$/);
  dashboard.zero();
  dashboard.observe(at(1700, 9));
  assert.match(lineWith(dashboard, /^sent/), /^sent +200 frames/);
  assert.match(
    lineWith(dashboard, /^device/, { size: LARGE }),
    /counted 200 of 200 \(tx_packets\), dropped 0/,
  );
});

test('device and far end are counted over all legs and since zero, as what was sent is', () => {
  const dashboard = createDashboard();
  dashboard.begin(leg());
  const at = (packets: number, quarters: number, missing = 0, dropped = 0) => {
    const txPackets = packets - missing;
    const device = delta({ name: 'lab0', txPackets, txBytes: 60 * txPackets, txDropped: dropped });
    const farEnd = delta({ name: 'lab1', rxPackets: packets - 2 * missing });
    return snapshot([running(packets, quarters / 4)], { elapsedSeconds: quarters / 4, device, farEnd });
  };
  const lines = () => ['sent', 'device', 'far end'].map((word) => lineWith(dashboard, RegExp(`^${word}`)));
  const fourth = () => shown(dashboard, { looks: { page: 4 }, size: LARGE });
  dashboard.observe(at(1000, 4, 0, 3));
  const sentBefore = { packets: 1000, bytes: 64_000, seconds: 1 };
  dashboard.begin(leg({ sentBefore }));
  dashboard.observe(at(500, 2, 0, 4));
  const [sent, device, farEnd] = lines();
  assert.match(sent ?? '', /^sent +1,500 frames, 96,000 bytes/);
  assert.match(device ?? '', /lab0 counted 1,500 of 1,500, dropped 7 +agrees exactly$/);
  assert.match(farEnd ?? '', /lab1 received 1,500 of 1,500 +all arrived$/);
  assert.match(fourth(), /^kernel, no FCS .*\ntx packets +1,500 +0\ntx bytes +90,000 /m);
  // Ten frames and twenty are on their way: they are of what was before.
  dashboard.observe(at(700, 3, 10, 4));
  dashboard.zero();
  dashboard.observe(at(900, 4, 0, 5));
  const [sentThen, deviceThen, farEndThen] = lines();
  assert.match(sentThen ?? '', /^sent +200 frames, 12,800 bytes/);
  assert.match(deviceThen ?? '', /lab0 counted 200 of 200, dropped 1 +agrees exactly$/);
  assert.match(farEndThen ?? '', /lab1 received 200 of 200 +all arrived$/);
  assert.match(fourth(), /^kernel since 0:01, no FCS .*\ntx packets +210 +0\n/m);
  // What is missing since then is missing in the legs that follow.
  dashboard.observe(at(900, 5, 7));
  dashboard.begin(leg({ sentBefore: { packets: 1900, bytes: 121_600, seconds: 2 } }));
  dashboard.observe(at(100, 4));
  assert.match(lines()[0] ?? '', /^sent +300 frames/);
  assert.match(lines()[1] ?? '', /counted 293 of 300, .* (7 on their way|\d+ dropped)$/);
  for (let i = 5; i < 9; i++) dashboard.observe(at(100, i));
  assert.match(lines()[1] ?? '', /counted 293 of 300, .*DISAGREES by 7$/);
});

test('how late frames are is said, and whether the rate would count as held', () => {
  const pace = (changes: Parameters<typeof running>[2], facts = leg(), zeroAt = 0) => {
    const dashboard = createDashboard();
    dashboard.begin(facts);
    for (let i = 1; i <= 8; i++) {
      const sent = running(1000 * i, i / 4, i > 4 ? changes : {});
      dashboard.observe(snapshot([sent], { elapsedSeconds: i / 4, speed: 1, askedPps: 4000 }));
      if (i === zeroAt) dashboard.zero();
    }
    return dashboard;
  };
  const line = (...args: Parameters<typeof pace>) => lineWith(pace(...args), /^asked/);
  assert.match(line({}), /^asked 4\.000 kpps, late 0\.00 % +held$/);
  assert.match(line({ latePackets: 200 }), /^asked 4\.000 kpps, late 2\.50 % +held$/);
  assert.match(line({ latePackets: 200 }, leg(), 4), /late 5\.00 % +held$/);
  assert.match(line({ latePackets: 200 }, leg(), 8), /late – % +held$/);
  assert.match(line({ behindNs: 999_999 }), /late 0\.00 % +held$/);
  const lost = { latePackets: 200, behindNs: 999.99e6, skippedNs: 1.2e9 };
  assert.match(line(lost), /late 2\.50 %, behind 1 s, skipped 1\.2 s +not held$/);
  const dashboard = pace(lost);
  const styles = pageOf(dashboard).lines.find((spans) => spans[0]?.text.startsWith('asked'));
  assert.equal(styles?.find(({ text }) => text.startsWith('behind'))?.style, 'bad');
  assert.equal(styles?.at(-1)?.style, 'bad');
  assert.match(shown(dashboard, { size: LARGE }), /frames more than 1 ms late 2\.50 %.* rate not held$/m);
  const late = pageOf(pace({ latePackets: 200 })).lines.find((spans) => spans[0]?.text.startsWith('asked'));
  assert.equal(late?.find(({ text }) => text === '2.50 %')?.style, 'warn');
  assert.doesNotMatch(shown(watched(8, PACE)), /asked \d/);
});

const lanesOf = (...lanes: Partial<(typeof UNPACED.lanes)[number]>[]) =>
  labPlan({
    schedule: {
      ...UNPACED,
      isPaced: true,
      lanes: lanes.map((lane) => ({ ...UNPACED.lanes[0], ...lane })) as never,
    },
  });

test('what changes with time is asked at most, or on average', () => {
  const asked = (plan: ReturnType<typeof labPlan>) => {
    const dashboard = createDashboard();
    dashboard.begin(leg({ plan }));
    dashboard.observe(snapshot([running(50, 1)], { elapsedSeconds: 1, speed: 1, askedPps: 50 }));
    return /^asked (.*pps)/.exec(lineWith(dashboard, /^asked/))?.[1];
  };
  const shape = (kind: string) => ({ shape: { kind, rate: 50 } as never });
  assert.equal(asked(lanesOf(shape('constant'))), '50.00 pps');
  assert.equal(asked(lanesOf({ ...shape('constant'), startNs: 5 })), '50.00 pps');
  assert.equal(asked(lanesOf(shape('ramp'))), 'at most 50.00 pps');
  assert.equal(asked(lanesOf(shape('on-off'))), 'at most 50.00 pps');
  assert.equal(asked(lanesOf(shape('steps'))), 'at most 50.00 pps');
  assert.equal(asked(lanesOf(shape('bursts'))), 'on average 50.00 pps');
  const later = { ...shape('constant'), stream: 0, startNs: 5 };
  assert.equal(asked(lanesOf(shape('constant'), later)), 'at most 50.00 pps');
});

test('a run that has still to begin says when', () => {
  const at = (plan: ReturnType<typeof labPlan>, seconds: number, packets = 0) => {
    const dashboard = createDashboard();
    dashboard.begin(leg({ plan }));
    const one = running(packets, seconds, { idleSeconds: seconds });
    dashboard.observe(snapshot([one], { elapsedSeconds: seconds, speed: 1, askedPps: 50 }));
    return shown(dashboard);
  };
  const late = lanesOf({ startNs: 3e9 }, { startNs: 4e9, stream: 0 });
  assert.match(at(late, 0.75), /starts in 0:03 +0:00$/m);
  assert.match(at(late, 1.25), /starts in 0:02 +0:01$/m);
  assert.match(at(late, 1.25), /^nothing sent yet$/m);
  assert.match(at(late, 1.25), /^asked at most 50\.00 pps, late – % *$/m);
  assert.match(at(late, 1.25, 10), /running +0:01$/m);
  assert.match(at(late, 3.25, 10), /running +0:03$/m);
  assert.match(at(lanesOf({ startNs: 3e9 }, { startNs: 0, stream: 0 }), 1), /running +0:01$/m);
});

test('one rate that is kept has one limit, whoever has the CPU now and then', () => {
  const dashboard = createDashboard();
  dashboard.begin(leg());
  const limits = new Set<string>();
  for (let i = 1; i <= 40; i++) {
    const seconds = i / 4;
    // One second of four is a little short of the rate.
    const packets = Math.round(1000 * i - (i % 16 >= 8 && i % 16 < 12 ? 40 : 0));
    const one = running(packets, seconds, {
      cpuSeconds: seconds * 0.1,
      idleSeconds: seconds * 0.87,
      offCpuSeconds: seconds * 0.638,
    });
    dashboard.observe(snapshot([one], { elapsedSeconds: seconds, speed: 1, askedPps: 4000 }));
    limits.add(lineWith(dashboard, /^limited by/));
  }
  assert.deepEqual([...limits], ['limited by rate: kept']);
  assert.match(shown(dashboard), /off-CPU +[\d.]+ %/);
  const detail = lineWith(dashboard, /^time/, { looks: { page: 2 }, size: LARGE });
  const parts = [...detail.matchAll(/([\d.]+) %/g)].map(([, share]) => Number(share));
  assert.ok(parts.reduce((sum, share) => sum + share, 0) <= 100.2, detail);
  assert.match(detail, /idle 87\.0 %/);
});

test('streams show what was asked and what was sent, and muted ones stay in their place', () => {
  const traffic = mix({ small: 7, medium: 4, large: 1 });
  const dashboard = createDashboard();
  dashboard.begin(leg({ plan: labPlan({ traffic }), profile: 'imix' }));
  const send = (counts: Record<string, number>, from: number) => {
    for (let i = from; i < from + 8; i++) {
      const at = Object.fromEntries(Object.entries(counts).map(([name, each]) => [name, each * i]));
      const sent = Object.values(at).reduce((a, b) => a + b);
      dashboard.observe(snapshot([running(sent, i / 4)], { elapsedSeconds: i / 4, streams: streams(at) }));
    }
  };
  send({ small: 70, medium: 40, large: 10 }, 1);
  const three = shown(dashboard, { looks: { page: 3 } });
  assert.match(three, /^imix: 3 streams, 64 bytes/m);
  assert.match(three, /^small +58\.33 +58\.33 +280\.0 pps +560 +35,840$/m);
  assert.match(three, /^large +8\.33 +8\.33 +40\.00 pps +80 +5,120$/m);
  const left = traffic.streams.filter(({ name }) => name !== 'small');
  dashboard.begin(leg({ plan: labPlan({ traffic: { ...traffic, streams: left } }), muted: ['small'] }));
  send({ medium: 100, large: 25 }, 1);
  const two = shown(dashboard, { looks: { page: 3 } })
    .split('\n')
    .filter((line) => /^(small|medium|large)/.test(line));
  assert.match(two[0] ?? '', /^small \(muted\) +– +– +– +560 +35,840$/);
  assert.match(two[1] ?? '', /^medium +80\.00 +80\.00 +400\.0 pps +1,120 +71,680$/);
  assert.match(two[2] ?? '', /^large +20\.00 +20\.00 /);
  assert.match(shown(dashboard, { size: LARGE }), /^small \(muted\)/m);
});

test('the page of the device has all counters, the plan with its notes, and the messages from the newest on', () => {
  const plan = labPlan({ notes: ['two of them share something'] });
  const dashboard = createDashboard();
  dashboard.begin(leg({ plan }));
  const device = delta({
    name: 'lab0',
    txPackets: 11,
    txBytes: 22,
    txDropped: 33,
    txErrors: 44,
    rxPackets: 55,
  });
  const farEnd = delta({ name: 'lab1', rxPackets: 66, rxBytes: 77, rxDropped: 88, rxOtherhostDropped: 99 });
  dashboard.observe(snapshot([running(11, 1)], { device, farEnd }));
  for (let i = 0; i < 500; i++) dashboard.say(`message ${i}`);
  const at = (scroll: number) => shown(dashboard, { looks: { page: 4, scroll }, size: LARGE });
  for (const line of ['tx packets +11 +0', 'tx bytes +22 +0', 'tx dropped +33 +0', 'tx errors +44 +0']) {
    assert.match(at(0), new RegExp(`^${line}$`, 'm'));
  }
  for (const line of [
    'rx packets +55 +66',
    'rx bytes +0 +77',
    'rx dropped +0 +88',
    'rx to other hosts +0 +99',
  ]) {
    assert.match(at(0), new RegExp(`^${line}$`, 'm'));
  }
  assert.match(at(0), /^note +two of them share something$/m);
  assert.match(at(0), /^engine +tx-ring --qdisc-bypass --ring-frames 128 --batch 64$/m);
  assert.match(at(0), /message 499\n.*message 498\n/);
  assert.match(at(5), /message 494\n/);
  assert.doesNotMatch(at(5), /message 495\n/);
  assert.match(at(1e6), /message 300\n/);
  assert.equal(pageOf(dashboard, { looks: { page: 4 }, size: LARGE }).list?.elements, 200);
});

test('a long message is folded, and its beginning is never lost', () => {
  const dashboard = watched(4, PACE);
  dashboard.say(`begin ${'word '.repeat(30)}end`);
  const text = shown(dashboard, { size: { columns: 80, rows: 40 } });
  assert.match(text, /0:01 begin word/);
  assert.match(text, / {9}word .*end/);
  assert.match(shown(dashboard, { size: SMALL }), /begin word/);
});

test('of the messages of the page the picked one is shown in full', () => {
  const dashboard = watched(4, PACE);
  for (let i = 0; i < 30; i++) dashboard.say(`begin ${i} ${'word '.repeat(25)}end ${i}`);
  const looks = { page: 4, selected: 2 } as const;
  const text = shown(dashboard, { looks });
  assert.match(text, /0:01 begin 29 .*…\n +0:01 begin 28 .*…\n +0:01 begin 27 .*[^…]\n {9}.*end 27$/m);
  const { list, hits } = pageOf(dashboard, { looks });
  assert.equal(list?.elements, 30);
  const rows = hits.filter(({ action }) => action.startsWith('select:')).map(({ action }) => action);
  assert.equal(new Set(rows).size, list?.visible);
});

test('messages are in the same order on every page: the newest first', () => {
  const dashboard = watched(4, PACE);
  for (const text of ['the first', 'the second', 'the third']) dashboard.say(text);
  for (const page of [1, 4] as const) {
    assert.match(shown(dashboard, { looks: { page }, size: LARGE }), /the third\n.*the second\n.*the first/);
  }
});

test('the newest message is shown, however long the one before is', () => {
  const dashboard = watched(4, PACE);
  dashboard.say(`long ${'word '.repeat(60)}`);
  dashboard.say('the newest');
  for (const size of SIZES) assert.match(shown(dashboard, { size }), /0:01 the newest/);
});
