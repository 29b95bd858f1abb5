// Every engine beside a bare C loop of the same system calls on a prefilled buffer: what of the kernel's speed is left.
import { Contender, checkFrames, measureInTurn, type Place } from '../measure.js';
import type { Device } from '../namespace.js';
import { ratioGoal, type Section } from '../report.js';
import { LIVE_WAY, type Limited, SOCKET_WAYS } from '../ways.js';
import { type SectionPlan, titleOf } from './section.js';

const OF_LIMIT = 0.97;

export const limit: SectionPlan = {
  name: 'limit',
  async measure(place) {
    const { namespace } = place;
    const pair = namespace.addPair();
    namespace.addStack(pair);
    const farEnd = namespace.addPair(1);
    namespace.setGro(farEnd.seenAt, true);
    const sockets = pairsOf(SOCKET_WAYS);
    const live = pairsOf([LIVE_WAY]);
    await checkFrames(place, pair, sockets.flat());
    await checkFrames(place, farEnd, live.flat());
    namespace.setGro(farEnd.seenAt, false);
    return [
      await compare(place, pair, sockets),
      await compare(place, await namespace.dropAtFarEnd(farEnd), live),
    ];
  },
};

type Pair = readonly [limit: Contender, ours: Contender];

function pairsOf(ways: readonly Limited[]): Pair[] {
  return ways.map((way) => [new Contender(way.limit), new Contender(way.tool)] as const);
}

async function compare(place: Place, device: Device, pairs: readonly Pair[]): Promise<Section> {
  const rows = await measureInTurn(place, device, pairs.flat());
  const goals = pairs.flatMap(([, ours], i) => {
    const [theirRow, ourRow] = rows.slice(2 * i, 2 * i + 2);
    return theirRow && ourRow ? [ratioGoal(`${ours.name} / bare loop`, ourRow, theirRow, OF_LIMIT)] : [];
  });
  return { title: titleOf(device, place), rows, goals };
}
