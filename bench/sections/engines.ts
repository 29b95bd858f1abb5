// All engines in one table: what a packet costs each of them where everything arrives, and where it is dropped at once.
import { Contender, measureInTurn, type Place } from '../measure.js';
import type { Device } from '../namespace.js';
import type { Row, Section } from '../report.js';
import type { Tool } from '../tools/tool.js';
import { LIVE, SOCKET_WAYS } from '../ways.js';
import { type SectionPlan, titleOf } from './section.js';

/** It has no goals: an overview. */
const MOST_ROUNDS = 3;

export const engines: SectionPlan = {
  name: 'engines',
  async measure(place) {
    const { namespace } = place;
    const farEnd = await namespace.dropAtFarEnd(namespace.addPair());
    const drop = namespace.addDrop();
    for (const device of [farEnd, drop]) namespace.addStack(device);
    const sockets = SOCKET_WAYS.map(({ tool }) => tool);
    return [await table(place, farEnd, [...sockets, LIVE]), await table(place, drop, sockets)];
  },
};

async function table(place: Place, device: Device, tools: readonly Tool[]): Promise<Section> {
  const contenders = tools.map((tool) => new Contender(tool));
  const rows = await measureInTurn(place, device, contenders, Math.min(place.rounds, MOST_ROUNDS));
  const [base] = rows;
  return { title: titleOf(device, place), rows: rows.map((row) => remarked(row, base)), goals: [] };
}

/** Nanoseconds of one packet, and how many times the base line that is. */
function remarked(row: Row, base: Row | undefined): Row {
  if (row.reason !== undefined) return row;
  const nsPerPacket = 1e3 / row.median;
  const times =
    base && base.reason === undefined ? `, ${(row.median / base.median).toFixed(2)} × ${base.name}` : '';
  return { ...row, nsPerPacket, remark: `${nsPerPacket.toFixed(1)} ns${times}` };
}
