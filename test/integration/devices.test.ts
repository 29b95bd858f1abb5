import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Device } from 'pktgen';
import { needsRoot, run, withNamespace } from '../support/namespace.js';
import { pktgen } from '../support/pktgen.js';

describe('pktgen devices', () => {
  it('lists what ip(8) lists', async () => {
    const { status, stdout } = await pktgen(['devices', '--json']);
    assert.equal(status, 0);
    const ours = (JSON.parse(stdout) as Device[]).map(({ name, mtuBytes, mac }) => ({ name, mtuBytes, mac }));
    const links = JSON.parse(run('ip', '-j', 'link')) as { ifname: string; mtu: number; address: string }[];
    assert.deepEqual(
      ours,
      links.map((link) => ({ name: link.ifname, mtuBytes: link.mtu, mac: link.address })),
    );
  });

  it('tells driver, queues, state and the reason why an engine cannot run', { skip: needsRoot }, async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair('near0', 'far0', 3, 1500);
      namespace.ip('link', 'set', 'far0', 'down');
      const { stdout } = await pktgen(['devices', '--json'], namespace);
      const devices = new Map((JSON.parse(stdout) as Device[]).map((device) => [device.name, device]));
      const near = devices.get('near0');
      assert.equal(near?.driver, 'veth');
      assert.equal(near?.txQueues, 3);
      assert.equal(near?.state, 'no carrier');
      assert.deepEqual(near?.engines, [{ engine: 'tx-ring', usable: true, reason: null }]);
      assert.deepEqual(devices.get('far0')?.engines, [
        { engine: 'tx-ring', usable: false, reason: 'the interface is down' },
      ]);
      const table = (await pktgen(['devices'], namespace)).stdout;
      assert.match(table, /far0 +veth +down .*tx-ring: no, the interface is down/);
    });
  });
});
