// The transmit ring beside trafgen and DPDK's driver for AF_PACKET, on a device that drops everything: what is left is
// the way there. The bare loop tells how far it could go.
import { Contender, checkFrames, measureInTurn } from '../measure.js';
import { ratioGoal } from '../report.js';
import { testpmdPacket } from '../tools/testpmd.js';
import { trafgen } from '../tools/trafgen.js';
import { BARE_TX_RING, TX_RING } from '../ways.js';
import { notesOn, type SectionPlan, titleOf } from './section.js';

const OVER_TRAFGEN = 1.12;
const OVER_TESTPMD = 1.15;

export const txRing: SectionPlan = {
  name: 'tx-ring',
  async measure(place) {
    const device = place.namespace.addDrop();
    const contenders = [
      new Contender(testpmdPacket),
      new Contender(trafgen),
      new Contender(BARE_TX_RING),
      new Contender(TX_RING),
    ] as const;
    await checkFrames(place, device, contenders);
    const [testpmd, theirs, limit, ours] = await measureInTurn(place, device, contenders);
    return [
      {
        title: titleOf(device, place),
        rows: [testpmd, theirs, limit, ours],
        goals: [
          ratioGoal('tx-ring / trafgen', ours, theirs, OVER_TRAFGEN),
          ratioGoal('tx-ring / testpmd net_af_packet', ours, testpmd, OVER_TESTPMD),
        ],
        notes: notesOn(contenders),
      },
    ];
  },
};
