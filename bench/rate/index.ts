// The sections of bench:rate, in the order in which they run.
import type { SectionPlan } from '../sections/section.js';
import { changedSection } from './changed-section.js';
import { cpuSections } from './cpu-section.js';
import { gapSections } from './gap-section.js';
import { rateSections } from './rate-section.js';
import { replaySection } from './replay-section.js';
import { stallSection } from './stall-section.js';

export const RATE_SECTIONS: readonly SectionPlan[] = [
  ...gapSections,
  ...rateSections,
  changedSection,
  stallSection,
  replaySection,
  ...cpuSections,
];
