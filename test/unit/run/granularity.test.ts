import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '#src/compile/compile.js';
import type { NativeFit, OptionValue } from '#src/native/index.js';
import { parseShape } from '#src/rate/parse.js';
import type { Choice } from '#src/run/choice.js';
import { engines } from '#src/run/engine-options.js';
import { wantsSingleFrames, withEngine } from '#src/run/granularity.js';
import { resolveSchedule, type SchedulePlan } from '#src/run/schedule.js';
import { usageError } from '../support/errors.js';
import { modelOf, sizesOf, streamOf } from '../support/model.js';

async function scheduleOf(rate: string | undefined, own?: string): Promise<SchedulePlan> {
  const timing = own === undefined ? {} : { timing: { shape: parseShape(own) } };
  const first = streamOf(['udp'], { name: 'a', sizes: sizesOf(64), ...timing });
  const traffic = modelOf([first, streamOf(['udp'], { name: 'b', sizes: sizesOf(64) })]);
  const asked = rate === undefined ? {} : { shape: parseShape(rate) };
  return resolveSchedule(asked, traffic, await compile(traffic), null);
}

function choiceOf(name: string, fit: Partial<NativeFit>, options: Record<string, OptionValue> = {}): Choice {
  const engine = engines().find((one) => one.name === name);
  assert.ok(engine);
  return { engine, options, fit: { refusal: null, facts: [], rank: 1, ...fit }, chosen: 'asked', why: '' };
}

const LIVE = choiceOf('live', { callNs: 20_000 });
const GSO = choiceOf('tx-ring', { framesTogether: 64 }, { gso: 64 });

test('at rates that a call for each frame can keep, each frame should have one', async () => {
  for (const [rate, workers, expected] of [
    ['100kpps', 1, true],
    ['1Mpps', 1, true],
    ['ramp 1kpps to 100kpps in 1s', 1, true],
    ['poisson 1kpps', 1, true],
    ['10Mpps', 1, false],
    ['2Mpps', 1, false],
    ['2Mpps', 2, true],
    [undefined, 1, false],
  ] as const)
    assert.equal(wantsSingleFrames(await scheduleOf(rate), workers), expected, rate);
});

test('an engine that sends in calls says how many frames leave together', async () => {
  const notes = async (rate: string, workers = 1) => withEngine(await scheduleOf(rate), LIVE, workers).notes;
  assert.deepEqual(await notes('1Mpps'), [
    'engine live sends what is due every 20 µs: at 1.000 Mpps 20 frames leave together',
  ]);
  assert.deepEqual(await notes('1Mpps', 2), [
    'engine live sends what is due every 20 µs: at 1.000 Mpps 10 frames leave together from each worker',
  ]);
  assert.deepEqual(await notes('10kpps'), []);
  assert.deepEqual(await notes('burst 64 every 1ms'), [], 'that is what was asked for');
  assert.deepEqual(await notes('burst 64 every 1ms at 200kpps'), [
    'engine live sends what is due every 20 µs: at 200.0 kpps 4 frames leave together',
  ]);
  assert.deepEqual(await notes('poisson 10kpps'), [
    'engine live sends what is due every 20 µs: those with smaller gaps leave together',
  ]);
  assert.deepEqual(await notes('poisson 10pps'), []);
  const unpaced = withEngine(await scheduleOf(undefined), LIVE, 1);
  assert.deepEqual(unpaced.notes, []);
});

test('an engine of large packets sends their frames together', async () => {
  const { schedule, notes } = withEngine(await scheduleOf('1Mpps'), GSO, 1);
  assert.equal(schedule.framesTogether, 64);
  assert.deepEqual(notes, ['engine tx-ring --gso 64: 64 frames leave together, every 64 µs']);
  assert.equal(withEngine(await scheduleOf('burst 128 every 1ms'), GSO, 1).schedule.framesTogether, 64);
});

test('how often they leave is said where it is true', async () => {
  const note = async (rate: string) => withEngine(await scheduleOf(rate), GSO, 1).notes.join();
  const group = 'engine tx-ring --gso 64: 64 frames leave together';
  assert.equal(await note('10pps'), `${group}, every 6.4 s`);
  assert.equal(await note('burst 64 every 1ms'), group);
  assert.equal(await note('poisson 1Mpps'), `${group}, every 64 µs on average`);
  assert.equal(await note('ramp 1kpps to 1Mpps in 1s'), `${group}, every 64 µs at 1.000 Mpps`);
});

test('of several workers each has its part of a burst', async () => {
  const of = async (packets: number) => withEngine(await scheduleOf(`burst ${packets} every 1ms`), GSO, 2);
  assert.equal((await of(256)).schedule.framesTogether, 64);
  const message = '64 frames leave together from each of 2 workers; expected bursts of 128, 256 and so on';
  await assert.rejects(of(64), usageError(message));
  await assert.rejects(of(192), usageError(message));
});

for (const [rate, own, ...says] of [
  ['burst 32 every 1ms', undefined, '--rate burst 32 every 1ms', '--gso 64', 'bursts of 64, 128 and so on'],
  ['burst 100 every 1ms', undefined, 'bursts of 64, 128 and so on'],
  ['1Mpps', '1kpps', 'engine tx-ring --gso 64', 'streams cannot have a rate'],
] as const) {
  test(`it refuses ${rate}${own ? ' with a stream of its own' : ''}`, async () => {
    const schedule = await scheduleOf(rate, own);
    assert.throws(() => withEngine(schedule, GSO, 1), usageError(...says));
  });
}
