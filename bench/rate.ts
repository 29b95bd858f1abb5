// What was asked is what leaves: rates by the far end's counters, gaps by its kernel's timestamps, beside other generators
// and beside a bare loop of system calls. `npm run bench:rate -- [--rounds N] [--size BYTES] [--json] [--only SECTION,…]`,
// as root.
import { RATE_SECTIONS } from './rate/index.js';
import { runSuite } from './suite.js';

const ROUNDS = 3;

await runSuite('rate', ROUNDS, RATE_SECTIONS);
