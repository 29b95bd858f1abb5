// `npm run test:vm`, `bench:vm`, `shell:vm`: sets up what is missing; runs tests, a bench or a shell in virtual machines.
import process from 'node:process';
import { setup } from './setup.js';

setup('test', 'vm');
const { main } = await import('../build/ts/test/vm/run.js');
process.exitCode = await main(process.argv.slice(2));
