// A process of its own, inside the namespace: attaches the program that drops, says so, and lasts until its standard
// input ends. Arguments: INTERFACE. What it attached goes with it.
import { native } from '#src/native/index.js';

const network = new (native().Network)(false);
network.dropAll(process.argv[2] ?? '');
process.stdout.write('attached\n');
process.stdin.on('end', () => network.close()).resume();
