// pktgen beside other generators, beside bare loops of system calls, and beside itself: the same frame, the same device,
// one CPU each, turn by turn, counted by an interface and by none of the tools.
// `npm run bench:peers -- [--rounds N] [--size BYTES] [--json] [--only SECTION,…]`, as root.
import { SECTIONS } from './sections/index.js';
import { runSuite } from './suite.js';

const ROUNDS = 5;

await runSuite('peers', ROUNDS, SECTIONS);
