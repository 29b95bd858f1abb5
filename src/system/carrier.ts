import { setTimeout as sleep } from 'node:timers/promises';
import { native } from '../native/index.js';

const PATIENCE_MS = 5000;
const POLL_MS = 20;

/**
 * Waits until an interface has carrier, at most five seconds: many a driver restarts its link when an XDP program goes.
 * `isInVain`: nobody needs it any more.
 */
export async function awaitCarrier(name: string, isInVain: () => boolean = () => false): Promise<void> {
  const network = new (native().Network)(false);
  try {
    const index = network.link(name)?.index ?? 0;
    const deadline = performance.now() + PATIENCE_MS;
    const isDown = () => index > 0 && network.status(index)?.carrier === false;
    while (isDown() && performance.now() < deadline && !isInVain()) {
      await sleep(POLL_MS);
    }
  } finally {
    network.close();
  }
}
