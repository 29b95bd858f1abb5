// AF_XDP in copy mode beside our own ring and DPDK's driver for AF_XDP, on a veth pair. The bare loop tells how far it
// could go.
import { Contender, checkFrames, measureInTurn } from '../measure.js';
import { ratioGoal } from '../report.js';
import { testpmdXdp } from '../tools/testpmd.js';
import { BARE_XDP, TX_RING, XDP } from '../ways.js';
import { notesOn, type SectionPlan, titleOf } from './section.js';

const OVER_RING = 1.4;
const OVER_TESTPMD = 1.0;

export const xdp: SectionPlan = {
  name: 'xdp',
  async measure(place) {
    const device = place.namespace.addPair();
    const contenders = [
      new Contender(testpmdXdp),
      new Contender(TX_RING),
      new Contender(BARE_XDP),
      new Contender(XDP),
    ] as const;
    await checkFrames(place, device, contenders);
    const [testpmd, ring, limit, ours] = await measureInTurn(place, device, contenders);
    return [
      {
        title: titleOf(device, place),
        rows: [testpmd, ring, limit, ours],
        goals: [
          ratioGoal('xdp / tx-ring', ours, ring, OVER_RING),
          ratioGoal('xdp / testpmd net_af_xdp', ours, testpmd, OVER_TESTPMD),
        ],
        notes: notesOn(contenders),
      },
    ];
  },
};
