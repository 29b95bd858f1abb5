import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { defaultRouteInterfaces, parseRoutes, parseRoutesV6 } from '#src/system/routes.js';

/** As the kernel prints /proc/net/route: tabs between, blanks at the end. */
function table(...routes: readonly string[]): string {
  const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT';
  return [head, ...routes].map((line) => `${line.padEnd(127)}\n`).join('');
}

const DEFAULT_ETH0 = 'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0';
const DEFAULT_WLAN0 = 'wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0';
const SUBNET_ETH1 = 'eth1\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0';
/** 0.0.0.0/1: the lower half of the addresses. */
const HALF_TUN0 = 'tun0\t00000000\t01000A0A\t0003\t0\t0\t0\t00000080\t0\t0\t0';

test('the interface of the IPv4 default route is found among the others', () => {
  assert.deepEqual(parseRoutes(table(SUBNET_ETH1, DEFAULT_ETH0, HALF_TUN0)), ['eth0']);
});

test('every IPv4 default route counts, whatever its metric', () => {
  assert.deepEqual(parseRoutes(table(DEFAULT_ETH0, DEFAULT_WLAN0, SUBNET_ETH1)), ['eth0', 'wlan0']);
});

test('a host without an IPv4 default route has none', () => {
  assert.deepEqual(parseRoutes(table(SUBNET_ETH1, HALF_TUN0)), []);
  assert.deepEqual(parseRoutes(table()), []);
  assert.deepEqual(parseRoutes(''), []);
});

const ANY = '0'.repeat(32);
const GATEWAY = 'fe800000000000000000000000000001';

/** A line of /proc/net/ipv6_route, which has no head. */
function routeV6(
  destination: string,
  prefix: string,
  nextHop: string,
  flags: string,
  device: string,
): string {
  return `${destination} ${prefix} ${ANY} 00 ${nextHop} 00000400 00000001 00000000 ${flags} ${device.padStart(8)}\n`;
}

const DEFAULT_V6 = routeV6(ANY, '00', GATEWAY, '00000003', 'eth0');
const SUBNET_V6 = routeV6('20010db8000000000000000000000000', '40', ANY, '00000001', 'eth1');
const HALF_V6 = routeV6(ANY, '01', GATEWAY, '00000003', 'tun0');
/** What every kernel has at the end of its table: nothing is reachable. */
const REJECT_V6 = routeV6(ANY, '00', ANY, '00200200', 'lo');

test('the interface of the IPv6 default route is found among the others', () => {
  assert.deepEqual(parseRoutesV6(SUBNET_V6 + HALF_V6 + DEFAULT_V6 + REJECT_V6), ['eth0']);
});

test('the entry that rejects everything is no IPv6 default route', () => {
  assert.deepEqual(parseRoutesV6(SUBNET_V6 + REJECT_V6), []);
  assert.deepEqual(parseRoutesV6(''), []);
});

for (const family of ['-4', '-6']) {
  test(`the interfaces that ip ${family} names for the default route of this host are found`, () => {
    const routes = execFileSync('ip', [family, 'route', 'show', 'default'], { encoding: 'utf8' });
    const found = defaultRouteInterfaces();
    for (const [, name = ''] of routes.matchAll(/ dev (\S+)/g)) {
      assert.ok(found.has(name) || name === 'lo', `${name} carries a default route`);
    }
  });
}
