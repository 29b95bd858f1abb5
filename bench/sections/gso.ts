// UDP GSO inside the transmit ring beside trafgen, on a veth pair: small frames that the kernel cuts from large packets.
import { Contender, checkFrames, measureInTurn } from '../measure.js';
import { ratioGoal } from '../report.js';
import { trafgen } from '../tools/trafgen.js';
import { GSO } from '../ways.js';
import { type SectionPlan, titleOf } from './section.js';

const OVER_TRAFGEN = 2.4;

export const gso: SectionPlan = {
  name: 'gso',
  async measure(place) {
    const device = place.namespace.addPair();
    place.namespace.addStack(device);
    const contenders = [new Contender(trafgen), new Contender(GSO)] as const;
    await checkFrames(place, device, contenders);
    const [theirs, ours] = await measureInTurn(place, device, contenders);
    return [
      {
        title: titleOf(device, place),
        rows: [theirs, ours],
        goals: [ratioGoal('tx-ring --gso 64 / trafgen', ours, theirs, OVER_TRAFGEN)],
        notes: ours.reason
          ? []
          : ['captured at the far end before: every frame of that length, all checksums good (tshark)'],
      },
    ];
  },
};
