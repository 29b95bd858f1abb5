import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { replayTraffic } from '#src/capture/traffic.js';
import { compile } from '#src/compile/compile.js';
import type { Shape } from '#src/model/timing.js';
import type { TrafficModel } from '#src/model/traffic.js';
import { native } from '#src/native/index.js';
import { noteRecorded, recordedLane, recordedMeanPps } from '#src/run/recorded.js';
import { resolveSchedule, type ScheduleOptions } from '#src/run/schedule.js';
import { timetableOf } from '#src/run/timetable.js';
import { Files, pcapOf, plainFrame } from '../../support/capture-file.js';
import { usageError } from '../support/errors.js';
import { modelOf, streamOf } from '../support/model.js';

const files = new Files();
after(() => files.remove());

/** Frames at these nanoseconds; null for one that is cut, and left out. */
function captureOf(name: string, ...timesNs: readonly (number | null)[]): string {
  const frames = timesNs.map((timeNs, i) => ({
    data: plainFrame(64, i),
    timeNs: BigInt(timeNs ?? 0),
    wireBytes: timeNs === null ? 100 : 64,
  }));
  return files.write(name, pcapOf(frames, { nanoseconds: true }));
}

test('the lane of a capture that is all there is: its times, faster or slower', async () => {
  const program = await compile(replayTraffic({ file: captureOf('a.pcap', 7, 1007, 3007) }));
  assert.deepEqual([...program.schedule], [0]);
  assert.equal(program.alone, undefined);
  const lane = recordedLane(program, null, 2);
  assert.deepEqual([...(lane.times ?? [])], [0, 500, 1500]);
  assert.deepEqual(
    [lane.lapNs, lane.startNs, lane.durationNs, lane.after, lane.freeWeight],
    [2250, 0, Number.POSITIVE_INFINITY, -1, 0],
  );
  assert.equal(recordedMeanPps(program, null, 1), 3e9 / 4500);
  assert.equal(recordedMeanPps(program, null, 0.5), 1.5e9 / 4500);
  assert.throws(() => recordedLane(program, 0, 1), usageError('expected a stream with a capture'));
});

test('frames that are left out leave their gaps', async () => {
  const file = captureOf('cut.pcap', 0, null, 1000, null, 5000);
  const program = await compile(replayTraffic({ file }));
  assert.deepEqual([...(recordedLane(program, null, 1).times ?? [])], [0, 1000, 5000]);
  assert.deepEqual([program.captures?.[0]?.durationNs, program.captures?.[0]?.lapNs], [5000, 7500]);
});

test('with unique addresses the times belong to the mix, in the order of the file', async () => {
  const file = captureOf('unique.pcap', 0, 10, 30);
  const program = await compile(replayTraffic({ file, uniquePerLoop: true }));
  assert.deepEqual([...(recordedLane(program, null, 1).times ?? [])], [0, 10, 30]);
  assert.equal(program.schedule.length, 3);
});

test('beside other streams a capture with its own times is a lane of its own', async () => {
  const [capture] = replayTraffic({ file: captureOf('b.pcap', 0, 10, 30), speed: 3 }).streams;
  assert.ok(capture);
  const program = await compile(modelOf([streamOf(['udp']), { ...capture, name: 'c' }]));
  assert.deepEqual([[...program.schedule], program.alone && [...program.alone]], [[0], [1]]);
  assert.equal(recordedLane(program, 1, 3).lapNs, 15);
  assert.throws(() => recordedLane(program, null, 1), usageError('one capture file and nothing else'));
  assert.throws(() => recordedLane(program, 0, 1), usageError('expected a stream with a capture'));
});

test('a capture without gaps is sent as fast as possible, or refused where a speed was asked', async () => {
  for (const file of [captureOf('one.pcap', 9), captureOf('same.pcap', 9, 9)]) {
    const program = await compile(replayTraffic({ file }));
    const lane = recordedLane(program, null, 1);
    assert.deepEqual([lane.times, lane.freeWeight], [null, 1]);
    assert.equal(recordedMeanPps(program, null, 1), null);
    for (const asked of [recordedLane, recordedMeanPps])
      assert.throws(
        () => asked(program, null, 2),
        usageError('recorded 2x: ', 'expected a rate, such as 1kpps'),
      );
  }
  const program = await compile(replayTraffic({ file: captureOf('c.pcap', 0, 10) }));
  for (const speed of [0.0001, 1001, Number.NaN])
    assert.throws(
      () => recordedLane(program, null, speed),
      usageError('expected a speed from 0.001x to 1000x'),
    );
});

/** When the first frames of so many workers are due, in the order of all of them. */
async function dueTimes(traffic: TrafficModel, workers: number, most: number, options: ScheduleOptions = {}) {
  const program = await compile(traffic);
  const timetable = timetableOf(resolveSchedule(options, traffic, program, null), program);
  const each = Array.from({ length: workers }, (_, worker) => [
    ...native().dueTimes(program, timetable, worker, workers, BigInt(most), most).dueNs,
  ]);
  return each.flat().sort((a, b) => a - b);
}

test('frames are due at their recorded times, lap after lap, whoever sends them', async () => {
  const timesNs = [0, 1, 1000, 1000, 5_000_000, 1_234_567_891];
  const file = captureOf('laps.pcap', ...timesNs.map((timeNs) => timeNs + 77));
  const lapNs = 1_234_567_891 * 1.2;
  for (const uniquePerLoop of [false, true]) {
    for (const workers of [1, 2, 3]) {
      for (const speed of [1, 2, 0.125]) {
        const due = await dueTimes(replayTraffic({ file, speed, uniquePerLoop }), workers, 6 * 50);
        assert.equal(due.length, 300);
        for (const [k, dueNs] of due.entries()) {
          const ideal = (Math.floor(k / 6) * lapNs + (timesNs[k % 6] ?? 0)) / speed;
          assert.ok(Math.abs(dueNs - ideal) < 0.001, `frame ${k}: due ${dueNs} instead of ${ideal}`);
        }
      }
    }
  }
});

test('the shape of a run replaces recorded times', async () => {
  const traffic = replayTraffic({ file: captureOf('even.pcap', 0, 10, 1e9), speed: 2 });
  const shape: Shape = { kind: 'constant', rate: { unit: 'gap', gapNs: 1000 } };
  assert.deepEqual(await dueTimes(traffic, 1, 5, { shape }), [0, 1000, 2000, 3000, 4000]);
  const slow: Shape = { kind: 'recorded', speed: 0.1 };
  assert.deepEqual(await dueTimes(traffic, 1, 4, { shape: slow }), [0, 100, 1e10, 1.5e10]);
});

test('a plan notes stamps that go back, and missing gaps, where times are asked for', async () => {
  const notes = async (traffic: TrafficModel, options: ScheduleOptions = {}) => {
    const program = await compile(traffic);
    return noteRecorded(resolveSchedule(options, traffic, program, null), traffic, program).join();
  };
  const back = captureOf('back.pcap', 10, 5, 20);
  const shape: Shape = { kind: 'constant', rate: { unit: 'pps', value: 5 } };
  assert.match(await notes(replayTraffic({ file: back })), /^1 frame of .*stamped earlier.*: frame 2$/);
  assert.equal(await notes(replayTraffic({ file: back }), { shape }), '');
  assert.equal(await notes(replayTraffic({ file: back }), { topSpeed: true }), '');
  assert.equal(await notes(replayTraffic({ file: back, speed: null })), '');
  const one = captureOf('lonely.pcap', 10);
  assert.match(await notes(replayTraffic({ file: one })), /a single frame, so that there are no gaps/);
  const [stream] = replayTraffic({ file: back }).streams;
  assert.ok(stream);
  assert.match(await notes(modelOf([streamOf(['udp']), stream])), /stamped earlier/);
});

test('a capture that starts later is a lane of its own, also where it is alone', async () => {
  const traffic = replayTraffic({ file: captureOf('late.pcap', 0, 10, 30) });
  const [stream] = traffic.streams;
  assert.ok(stream);
  const later = {
    ...traffic,
    streams: [{ ...stream, count: 4, timing: { ...stream.timing, startNs: 1000 } }],
  };
  assert.deepEqual(await dueTimes(later, 1, 9), [1000, 1010, 1030, 1045]);
});
