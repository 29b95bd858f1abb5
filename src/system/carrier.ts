import { setTimeout as sleep } from 'node:timers/promises';
import { native } from '../native/index.js';

const PATIENCE_MS = 5000;
const POLL_MS = 20;

/** Waits until an interface has carrier, at most five seconds: many a driver restarts its link when an XDP program goes. */
export async function awaitCarrier(name: string): Promise<void> {
  const network = new (native().Network)(false);
  try {
    const index = network.link(name)?.index ?? 0;
    const deadline = performance.now() + PATIENCE_MS;
    while (index > 0 && network.status(index)?.carrier === false && performance.now() < deadline) {
      await sleep(POLL_MS);
    }
  } finally {
    network.close();
  }
}
