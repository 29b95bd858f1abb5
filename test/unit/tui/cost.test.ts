import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Snapshot } from '#src/run/snapshot.js';
import { type Cost, CostWatch, describeChange } from '#src/tui/cost.js';
import { ASCII, BLOCKS } from '#src/tui/page.js';
import { snapshot, worker } from '../support/samples.js';

interface Way {
  /** Of work for each packet, from one look to the next, over and over. */
  readonly workNs: readonly number[];
  readonly askedPps?: number | null;
  readonly perCall?: number;
  /** Part of the time in which nothing is due. */
  readonly idle?: number;
}

const LOOK_SECONDS = 0.25;

/** A leg that is looked at four times a second. Half of the work is in system calls. */
function* leg({ workNs, askedPps = null, perCall = 10, idle = 0 }: Way, untilSeconds: number) {
  const of = { packets: 0, syscalls: 0, seconds: 0, idleSeconds: 0, sampledSeconds: 0 };
  for (let i = 1; i * LOOK_SECONDS <= untilSeconds; i++) {
    const workSeconds = LOOK_SECONDS * (1 - idle);
    const packets = Math.round((workSeconds * 1e9) / (workNs[i % workNs.length] ?? 1));
    of.packets += packets;
    of.syscalls += packets / perCall;
    of.seconds += LOOK_SECONDS;
    of.idleSeconds += LOOK_SECONDS * idle;
    of.sampledSeconds += workSeconds / 100;
    const calls = { sampledCallSeconds: of.sampledSeconds / 2, sampledCalls: 100 * i, emptyCallNs: 50 };
    const state = worker({ ...of, ...calls, state: 'running', endReason: null, cpuSeconds: of.seconds });
    yield snapshot([state], { elapsedSeconds: i * LOOK_SECONDS, askedPps });
  }
}

function watched(cost: CostWatch, snapshots: Iterable<Snapshot>): string[] {
  return [...snapshots].flatMap((one) => cost.observe(one, BLOCKS) ?? []);
}

function said(before: Way, after: Way, beforeSeconds = 5): string[] {
  const cost = new CostWatch();
  assert.deepEqual(watched(cost, leg(before, beforeSeconds)), []);
  const present = cost.present();
  cost.beginLeg();
  cost.compare('qdisc bypass on', present);
  return watched(cost, leg(after, 8));
}

describe('what a change costs', () => {
  it('compares two seconds of work before with two after it, once; waiting is no work', () => {
    const lines = said({ workNs: [400, 404, 396] }, { workNs: [350, 353, 347], idle: 0.5 });
    assert.deepEqual(lines, ['qdisc bypass on: 400 → 350 ns of work a packet (-50 ns, -13 %)']);
  });

  it('finds no clear difference where the middle halves overlap', () => {
    const noisy = said({ workNs: [380, 400, 420] }, { workNs: [370, 390, 410] });
    assert.deepEqual(noisy, ['qdisc bypass on: 400 → 390 ns of work a packet: no clear difference']);
  });

  it('says at a rate how many frames go in a call', () => {
    const rated = { askedPps: 1e5, perCall: 1.2, idle: 0.9 };
    assert.deepEqual(said({ workNs: [400], ...rated }, { workNs: [350], ...rated, perCall: 1 }), [
      'qdisc bypass on: 400 → 350 ns of work a packet, at this rate with 1.2 → 1.0 a call (-50 ns, -13 %)',
    ]);
    assert.match(
      said({ workNs: [400] }, { workNs: [350], ...rated }).join(),
      /at this rate with 1\.2 a call; not compared: the rate was another one before$/,
    );
  });

  it('a rate that is changed meanwhile begins a new measurement', () => {
    const cost = new CostWatch();
    watched(cost, leg({ workNs: [400] }, 5));
    assert.equal(cost.present()?.askedPps, null);
    const changed = [...leg({ workNs: [500], askedPps: 1000 }, 8)].slice(20);
    watched(cost, changed.slice(0, 4));
    assert.equal(cost.present(), null, 'too little of it so far');
    watched(cost, changed.slice(4));
    assert.deepEqual([cost.present()?.askedPps, Math.round(cost.present()?.medianNs ?? 0)], [1000, 500]);
  });

  it('says where there was too little to compare with, also where all of it was the beginning', () => {
    const lines = said({ workNs: [400] }, { workNs: [100] }, 2);
    assert.deepEqual(lines, [
      'qdisc bypass on: 100 ns of work a packet; too little was sent before to compare',
    ]);
  });

  it('a leg begins without what was asked about another one', () => {
    const cost = new CostWatch();
    cost.compare('qdisc bypass on', null);
    cost.beginLeg();
    assert.deepEqual(watched(cost, leg({ workNs: [350] }, 6)), []);
  });

  it('says more and less, small and large', () => {
    const at = (medianNs: number): Cost => ({
      medianNs,
      lowNs: medianNs,
      highNs: medianNs,
      packetsPerCall: 1,
      askedPps: null,
    });
    assert.equal(
      describeChange('x', at(100), at(150), ASCII),
      'x: 100 -> 150 ns of work a packet (+50 ns, +50 %)',
    );
    assert.equal(
      describeChange('x', at(4.04), at(3.94), ASCII),
      'x: 4.0 -> 3.9 ns of work a packet (-0.1 ns, -2 %)',
    );
  });
});
