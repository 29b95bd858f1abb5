// Prints the first N frames that arrive on an interface, one line of hex each: cap-child.js DEVICE N
import cap from 'cap';

const [device = '', count = '1'] = process.argv.slice(2);
const capture = new cap.Cap();
const buffer = Buffer.alloc(65_535); // held by this module for as long as the process lives
capture.open(device, '', 10 * 1024 * 1024, buffer);
capture.setMinBytes?.(0);
process.stdout.write('listening\n');

let seen = 0;
capture.on('packet', (bytes: number) => {
  process.stdout.write(`${buffer.subarray(0, bytes).toString('hex')}\n`);
  if (++seen === Number(count)) capture.close();
});
