// The sections of bench:peers, in the order in which they run.
import { engines } from './engines.js';
import { gso } from './gso.js';
import { limit } from './limit.js';
import { live } from './live.js';
import type { SectionPlan } from './section.js';
import { txRing } from './tx-ring.js';
import { workers } from './workers.js';
import { xdp } from './xdp.js';

export const SECTIONS: readonly SectionPlan[] = [live, xdp, txRing, gso, limit, workers, engines];
