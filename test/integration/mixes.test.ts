import { describe, it } from 'node:test';
import { checkMix, mixOf, shortMix } from '../support/mix.js';
import { needsRoot } from '../support/namespace.js';

describe('a mix on the wire is what was compiled, byte for byte', { skip: needsRoot }, () => {
  for (const workers of [1, 2]) {
    for (const qdiscBypass of [false, true]) {
      const how = `${workers} worker${workers > 1 ? 's' : ''}, ${qdiscBypass ? 'past' : 'through'} the qdisc`;
      for (const order of ['smooth', 'grouped', 'random'] as const) {
        it(`${order}, ${how}`, () => checkMix(mixOf({ order }), workers, { engineOptions: { qdiscBypass } }));
      }
      it(`a lap that is made ahead of time, ${how}`, () =>
        checkMix(shortMix(), workers, { engineOptions: { qdiscBypass } }));
    }
  }

  for (const [what, traffic, ringFrames, batch] of [
    ['a ring that holds whole periods', mixOf(), 128, 64],
    ['a period longer than the ring', mixOf({}, [70, 40, 11]), 8, 64],
    ['a period that fits no ring', mixOf({}, [701, 97, 5]), 64, 64],
    ['a batch longer than the ring', mixOf(), 16, 512],
    ['a batch that does not divide the ring', mixOf({}, [5, 1, 1]), 64, 48],
    ['the largest ring', mixOf(), 16_384, 64],
    ['a short lap in the smallest ring', shortMix(), 8, 3],
  ] as const) {
    it(`with ${what}`, () =>
      checkMix(traffic, 1, { engineOptions: { ringFrames, qdiscBypass: true }, batch }));
  }
});
