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
      const onNear = near?.engines.filter(({ usable }) => usable).map(({ engine }) => engine) ?? [];
      assert.ok(onNear.includes('tx-ring') && onNear.includes('packet'), onNear.join());
      assert.deepEqual(
        onNear.filter((engine) => engine !== 'udp'),
        ['xdp', 'tx-ring', 'packet'],
        'the fastest first',
      );
      const onFar = devices.get('far0')?.engines ?? [];
      assert.ok(onFar.every(({ usable }) => !usable));
      assert.equal(onFar.find(({ engine }) => engine === 'tx-ring')?.reason, 'the interface is down');
      const table = (await pktgen(['devices'], namespace)).stdout;
      assert.match(table, /far0 +veth +down .*none: the interface is down/);
    });
  });
});
