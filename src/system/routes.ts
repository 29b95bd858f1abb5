import type { NativeLink, NativeNetwork } from '../native/index.js';

type Stacked = Pick<NativeLink, 'index' | 'master' | 'lower'>;

/**
 * Indexes of the interfaces whose flooding would cut the host off: those that carry a default route, the ports of such
 * a bridge or bond, and what such a VLAN or macvlan stands on.
 */
export function defaultRouteInterfaces(network: NativeNetwork): Set<number> {
  return closeOver(network.defaultRoutes(), network.links());
}

/** @internal */
export function closeOver(carriers: readonly number[], links: readonly Stacked[]): Set<number> {
  const found = new Set(carriers);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { index, master, lower } of links) {
      if (found.has(master)) found.add(index);
      if (found.has(index) && lower !== 0) found.add(lower);
    }
  }
  return found;
}
