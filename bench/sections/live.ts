// BPF live frames into a veth whose far end drops by XDP: the goal of the project, in absolute figures.
import { Contender, checkFrames, measureInTurn } from '../measure.js';
import { rateGoal } from '../report.js';
import { LIVE, LIVE_VARIED } from '../ways.js';
import { type SectionPlan, titleOf } from './section.js';

/** Line rate of 64-byte frames at 10 Gbit/s. */
const LINE_RATE_MPPS = 14.88;
const TWO_WORKERS_MPPS = 28;

export const live: SectionPlan = {
  name: 'live',
  async measure(place) {
    const pair = place.namespace.addPair();
    const contenders = [new Contender(LIVE), new Contender(LIVE, 2), new Contender(LIVE_VARIED)] as const;
    // A veth takes live frames when its far end has GRO or an XDP program; with GRO a capture sees them there.
    place.namespace.setGro(pair.seenAt, true);
    await checkFrames(place, pair, contenders);
    place.namespace.setGro(pair.seenAt, false);
    const device = await place.namespace.dropAtFarEnd(pair);
    const [one, two, varied] = await measureInTurn(place, device, contenders);
    return [
      {
        title: `${titleOf(device, place)}, counted there`,
        rows: [one, two, varied],
        goals: [
          rateGoal('one worker, Mpps', one, LINE_RATE_MPPS),
          rateGoal('two workers, Mpps', two, TWO_WORKERS_MPPS),
          rateGoal('two varied fields, right checksums, Mpps', varied, LINE_RATE_MPPS),
        ],
      },
    ];
  },
};
