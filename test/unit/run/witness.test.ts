import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countOf, sentBy, witnessOf } from '#src/run/witness.js';
import { delta, worker } from '../support/samples.js';

test('virtio_net is judged by its bytes where it sends without a copy, an ifb by what it received', () => {
  assert.equal(witnessOf('virtio_net', ['zero-copy']), 'tx_bytes');
  assert.equal(witnessOf('virtio_net', ['zero-copy, multi-buffer']), 'tx_bytes');
  assert.equal(
    witnessOf('virtio_net', ['copy mode (no zero-copy: the driver answers EINVAL)']),
    'tx_packets',
  );
  assert.equal(witnessOf('ice', ['zero-copy']), 'tx_packets');
  assert.equal(witnessOf('ifb', ['']), 'rx_packets');
  assert.equal(witnessOf(null, []), 'tx_packets');
});

test('packets are taken from their own counter', () => {
  const sent = { packets: 100, bytes: 6400 };
  assert.equal(countOf(delta({ txPackets: 99, txBytes: 5, rxPackets: 7 }), 'tx_packets', sent), 99);
  assert.equal(countOf(delta({ txPackets: 99, txBytes: 5, rxPackets: 7 }), 'rx_packets', sent), 7);
});

test('bytes become frames of the mean length, FCS not included', () => {
  const sent = { packets: 100, bytes: 50 * 64 + 50 * 1518 };
  const bytes = sent.bytes - 400;
  assert.equal(countOf(delta({ txBytes: bytes }), 'tx_bytes', sent), 100);
  assert.equal(countOf(delta({ txBytes: bytes / 2 }), 'tx_bytes', sent), 50);
  assert.equal(countOf(delta({ txBytes: 0 }), 'tx_bytes', sent), 0);
  assert.equal(countOf(delta({ txBytes: 0 }), 'tx_bytes', { packets: 0, bytes: 0 }), 0);
});

test('what was sent is added up over all workers', () => {
  const one = worker({ packets: 3, bytes: 192 });
  assert.deepEqual(sentBy([one, one]), { packets: 6, bytes: 384 });
});
