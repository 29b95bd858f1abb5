import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Shape } from '#src/model/timing.js';
import { previewTraffic } from '#src/run/preview.js';
import { usageError } from '../support/errors.js';
import { modelOf, sizesOf, streamOf } from '../support/model.js';

const pps = (value: number): Shape => ({ kind: 'constant', rate: { unit: 'pps', value } });
const percent = (value: number): Shape => ({ kind: 'constant', rate: { unit: 'percent', value } });

const small = streamOf(['udp'], { name: 'small', timing: { shape: pps(3000) } });
const large = streamOf(['tcp'], { name: 'large', sizes: sizesOf(1000), timing: { shape: pps(1000) } });
const rest = streamOf(['sctp'], { name: 'rest', sizes: sizesOf(264) });

test('streams with rates of their own: no shares, their words, a mean by their rates, each one’s frame in turn', async () => {
  const starter = { ...small, count: 5, timing: { ...small.timing, then: 'large' } };
  const preview = await previewTraffic({ traffic: modelOf([starter, large]) }, 4);
  assert.deepEqual(
    preview.streams.map(({ packetShare, byteShare, timing }) => [packetShare, byteShare, timing]),
    [
      [null, null, '3kpps, then large'],
      [null, null, '1kpps, after small'],
    ],
  );
  assert.equal(preview.periodFrames, 0);
  assert.deepEqual(
    preview.frames.map(({ stream }) => stream),
    ['small', 'large', 'small', 'large'],
  );
  const both = await previewTraffic({ traffic: modelOf([small, large]) }, 0);
  assert.deepEqual([both.isMeanKnown, both.sizes.meanBytes, both.rate?.pps], [true, 298, 4000]);
});

test('the mix keeps its shares beside them, and the run’s rate says what it gets', async () => {
  const traffic = modelOf([small, rest, { ...rest, name: 'more', weight: 3 }]);
  const preview = await previewTraffic({ traffic }, 0);
  assert.deepEqual(
    preview.streams.map(({ packetShare, byteShare }) => [packetShare, byteShare]),
    [
      [null, null],
      [0.25, 0.25],
      [0.75, 0.75],
    ],
  );
  assert.deepEqual([preview.periodFrames, preview.isMeanKnown, preview.rate], [4, false, null]);
  const paced = await previewTraffic({ traffic, shape: pps(12_000) }, 0);
  assert.deepEqual([paced.isMeanKnown, paced.sizes.meanBytes], [true, (64 * 3 + 264 * 9) / 12]);
});

test('per cent need a line rate; rates that are impossible together are refused', async () => {
  const traffic = modelOf([{ ...small, timing: { shape: percent(40) } }, large]);
  assert.equal((await previewTraffic({ traffic }, 0)).isMeanKnown, false);
  const known = await previewTraffic({ traffic, lineRateBps: 1e9 }, 0);
  assert.equal(known.rate?.pps, 4e8 / 672 + 1000);
  await assert.rejects(
    previewTraffic({ traffic: modelOf([small, rest]), shape: pps(2000) }, 0),
    usageError('which leaves nothing for'),
  );
});
