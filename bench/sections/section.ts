// A part of the bench that can be asked for by name.
import type { Contender, Place } from '../measure.js';
import type { Device } from '../namespace.js';
import type { Section } from '../report.js';

export interface SectionPlan {
  readonly name: string;
  /** In a namespace of its own. */
  measure(place: Place): Promise<Section[]>;
}

export function titleOf(device: Device, place: Place): string {
  return `${device.label}, ${place.sizeBytes}-byte frames`;
}

/** Says what was compared before anything was measured. */
export function notesOn(contenders: readonly Contender[]): string[] {
  const own = contenders.filter(({ tool, reason }) => tool.likeness === 'length' && reason === null);
  return own.map(({ name }) => `${name} sends frames of its own: only their length was compared`);
}
