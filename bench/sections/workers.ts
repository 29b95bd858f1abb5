// One worker and two on a device of two queues, every engine.
import { Contender, measureInTurn, type Place } from '../measure.js';
import type { Device } from '../namespace.js';
import { ratioGoal, type Section } from '../report.js';
import type { Tool } from '../tools/tool.js';
import { LIVE, SOCKET_WAYS } from '../ways.js';
import { type SectionPlan, titleOf } from './section.js';

const OF_ONE = 1.85;

export const workers: SectionPlan = {
  name: 'workers',
  async measure(place) {
    const { namespace } = place;
    if (place.cpus.length < 2) throw new Error('there is one CPU only: nothing to compare');
    const pair = namespace.addPair();
    namespace.addStack(pair);
    const farEnd = await namespace.dropAtFarEnd(namespace.addPair(1));
    return [
      await compare(
        place,
        pair,
        SOCKET_WAYS.map(({ tool }) => tool),
      ),
      await compare(place, farEnd, [LIVE]),
    ];
  },
};

async function compare(place: Place, device: Device, tools: readonly Tool[]): Promise<Section> {
  const contenders = tools.flatMap((tool) => [new Contender(tool), new Contender(tool, 2)]);
  const rows = await measureInTurn(place, device, contenders);
  const goals = tools.flatMap((tool, i) => {
    const [one, two] = rows.slice(2 * i, 2 * i + 2);
    return one && two ? [ratioGoal(`${tool.name}, two / one`, two, one, OF_ONE)] : [];
  });
  return { title: `${titleOf(device, place)}, two queues`, rows, goals };
}
