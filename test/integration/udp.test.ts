import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Survey } from 'pktgen';
import { Capture } from '../support/capture.js';
import { runWithHarm } from '../support/harm.js';
import { type Namespace, needsRoot, run, withNamespace } from '../support/namespace.js';
import { lineOf, pktgen, pktgenJson, spawnPktgen } from '../support/pktgen.js';
import { needsSegments } from '../support/segmentation.js';

const cannotCut = await needsSegments();
/** Why a call cannot be used here. */
const lacks = (call: string) => call === 'segment' && cannotCut;

const ENGINE = ['--engine', 'udp'];
const CALLS = ['send', 'sendmsg', 'sendmmsg', 'segment'] as const;
/** Behind the Ethernet header: what no UDP socket lets one choose. */
const ID_AT = (14 + 4) * 2;
const withoutId = (frame: string) =>
  `${frame.slice(0, ID_AT)}xxxx${frame.slice(ID_AT + 4, ID_AT + 12)}xxxx${frame.slice(ID_AT + 16)}`;

/** What one worker of a lab sends, and what it should. */
async function seenInLab(flags: readonly string[], frames: number) {
  const args = [...ENGINE, '--lab', '--cpus', '0', ...flags];
  const { plan } = await pktgenJson([...args, '--count', '1', '--dry-run']);
  const child = spawnPktgen([...args, '--duration', '20s']);
  const [, nsenter = ''] = await lineOf(child, /look in +nsenter (.*) tcpdump/);
  const capture = await Capture.start(['nsenter', ...nsenter.split(' ')], 'lab1', frames);
  try {
    await capture.complete();
    return {
      planned: plan.frameHex,
      frames: capture.frames(),
      checksums: capture.dissect('udp.checksum.status'),
    };
  } finally {
    capture.remove();
    const ended = new Promise((resolve) => child.on('close', resolve));
    child.kill('SIGINT');
    await ended;
  }
}

describe('engine udp in the lab', () => {
  for (const call of CALLS) {
    for (const [what, flags] of [
      ['IPv4', []],
      ['IPv6', ['--packet', 'ipv6 / udp', '--size', '66']],
      ['sizes', ['--size', '64,200,1518']],
      [
        'streams',
        [
          '--packet',
          'ipv4 / udp',
          '--packet',
          'ipv4 ttl=9 / udp srcPort=4000',
          '--packet',
          'ipv6 / udp / payload 100',
        ],
      ],
      ['random payload', ['--packet', 'ipv4 / udp / payload random length=90']],
      ['varied destinations', ['--dst-ip', '198.19.0.0/24', '--dst-port', '1000-1099']],
    ] as const) {
      if (call === 'send' && what === 'varied destinations') continue;
      it(`${call}: counts exactly with two workers: ${what}`, { skip: lacks(call) }, async () => {
        const args = [...ENGINE, '--lab', '--count', '5003', '--udp-call', call, ...flags];
        const summary = await pktgenJson(args);
        assert.equal(summary.status, 0, JSON.stringify(summary.findings));
        assert.equal(summary.workers.length, 2);
        assert.equal(summary.total.packets, 5003);
        assert.equal(summary.device?.txPackets, 5003);
        assert.equal(summary.farEnd?.rxPackets, 5003);
        assert.equal(summary.farEnd?.rxBytes, summary.total.bytes - 4 * 5003);
      });
    }
  }

  it('segment makes one call for many frames, send one for each', { skip: cannotCut }, async () => {
    for (const [call, calls] of [
      ['segment', 10],
      ['sendmmsg', 10],
      ['sendmsg', 640],
      ['send', 640],
    ] as const) {
      const args = [...ENGINE, '--lab', '--cpus', '0', '--count', '640', '--udp-call', call];
      assert.equal((await pktgenJson(args)).total.syscalls, calls, call);
    }
  });

  const cuts = cannotCut ? false : 'this kernel cuts datagrams for every device';
  it('segment is refused where the kernel would answer EIO, with what would help', {
    skip: cuts,
  }, async () => {
    const args = [...ENGINE, '--lab', '--count', '10', '--udp-call', 'segment'];
    const { status, stderr } = await pktgen(args);
    assert.equal(status, 4, stderr);
    assert.match(stderr, /only for devices that make checksums, and lab0 makes none; use another --udp-call/);
  });

  it('the port above 1023 needs no privilege, and the lab none at all', async () => {
    const summary = await pktgenJson([...ENGINE, '--lab', '--count', '10'], {
      prefix: ['setpriv', '--bounding-set', '-all', '--inh-caps', '-all'],
    });
    assert.equal(summary.status, 0, JSON.stringify(summary.findings));
  });
});

describe('engine udp at the far end, seen by libpcap', { skip: needsRoot }, () => {
  for (const call of CALLS) {
    for (const [what, flags] of [
      ['IPv4', []],
      [
        'IPv4 with other fields',
        ['--packet', 'ipv4 ttl=9 dscp=10 ecn=1 / udp srcPort=5000 dstPort=53', '--size', '101'],
      ],
      ['IPv6', ['--packet', 'ipv6 hopLimit=3 dscp=12 / udp', '--size', '90']],
    ] as const) {
      it(`${call}: ${what} is what was planned, byte for byte but for the IPv4 id`, {
        skip: lacks(call),
      }, async () => {
        const { planned, frames, checksums } = await seenInLab(['--udp-call', call, ...flags], 200);
        const isExact = what === 'IPv6' || call === 'sendmsg' || call === 'sendmmsg';
        const shown = isExact ? (frame: string) => frame : withoutId;
        assert.deepEqual([...new Set(frames.map(shown))], [shown(planned)]);
        assert.deepEqual(new Set(checksums.flat()), new Set(['1']));
      });
    }
  }

  it('without a UDP checksum it writes none', async () => {
    const { planned, frames } = await seenInLab(['--packet', 'ipv4 / udp checksum=0'], 20);
    assert.deepEqual([...new Set(frames)], [planned]);
  });

  it('segments are real frames of their own, and the IPv4 id counts them', { skip: cannotCut }, async () => {
    const { frames } = await seenInLab(['--udp-call', 'segment', '--batch', '32'], 64);
    assert.deepEqual([...new Set(frames.map((frame) => frame.length))], [120]);
    const ids = frames.map((frame) => Number.parseInt(frame.slice(ID_AT, ID_AT + 4), 16));
    const steps = ids.slice(1).filter((id, i) => id === (ids[i] ?? 0) + 1);
    assert.ok(steps.length >= 60, ids.join());
  });
});

describe('engine udp refuses what the stack would write differently', () => {
  for (const [what, flags, reason] of [
    ['a VLAN tag', ['--packet', 'vlan id=4 / ipv4 / udp'], /VLAN tag/],
    ['a varied id', ['--packet', 'ipv4 id=1-100 / udp'], /IPv4 id varies/],
    ['an id', ['--packet', 'ipv4 id=7 / udp'], /IPv4 id is not 0/],
    ['a varied TTL', ['--packet', 'ipv4 ttl=1-5 / udp'], /TTL varies/],
    ['a varied source address', ['--src-ip', '198.18.0.0/24'], /source address varies/],
    ['a varied source port', ['--src-port', '1-100'], /source port varies/],
    [
      'a varied MAC address',
      ['--packet', 'ethernet dst=02:00:00:00:00:01-02:00:00:00:00:05 / ipv4 / udp'],
      /destination MAC address varies/,
    ],
    ['a foreign source MAC address', ['--src-mac', '02:00:00:00:00:09'], /not the interface's own/],
    ['a wrong UDP checksum', ['--packet', 'ipv4 / udp checksum=5'], /UDP checksum is wrong on purpose/],
    ['a wrong IPv4 checksum', ['--packet', 'ipv4 checksum=9 / udp'], /IPv4 checksum is wrong on purpose/],
    [
      'a fixed checksum over varied bytes',
      ['--packet', 'ipv4 / udp checksum=5 / payload random'],
      /fixed, but its bytes vary/,
    ],
    ['IPv4 options', ['--packet', 'ipv4 options=94040000 / udp'], /has options/],
    ['a wrong length', ['--packet', 'ipv4 / udp length=9'], /length in its UDP header/],
    ['a multicast destination', ['--dst-ip', '224.0.0.1'], /no unicast address/],
    ['a flow label', ['--packet', 'ipv6 flowLabel=4 / udp', '--size', '90'], /flow label/],
    ['TCP', ['--packet', 'ipv4 / tcp'], /not UDP/],
    ['ARP', ['--packet', 'arp'], /not IP/],
    ['port 0', ['--dst-port', '0'], /port 0/],
    ['the second of two streams', ['--packet', 'udp', '--packet', 'tcp'], /stream 2: it is not UDP/],
    ['send() to many', ['--dst-ip', '198.19.0.0/24', '--udp-call', 'send'], /use sendmsg or sendmmsg/],
    [
      'segments without checksums',
      ['--packet', 'ipv4 / udp checksum=0', '--udp-call', 'segment'],
      /needs UDP checksums/,
    ],
  ] as const) {
    it(what, async () => {
      const { status, stderr } = await pktgen([...ENGINE, '--lab', '--count', '1', ...flags]);
      assert.equal(status, 4, stderr);
      assert.match(stderr, reason);
      assert.equal(stderr.trim().split('\n').length, 1, stderr);
    });
  }
});

const SOURCE = '198.18.0.1';
const DESTINATION = '198.19.0.1';

/** A pair of which near0 can send by the stack to a neighbour that has the frames' MAC address. */
function addWay(namespace: Namespace): void {
  namespace.addPair('near0', 'far0', 2, 1500);
  namespace.ip('addr', 'add', `${SOURCE}/32`, 'dev', 'near0');
  namespace.ip('route', 'add', DESTINATION, 'dev', 'near0');
  namespace.ip(
    'neigh',
    'replace',
    DESTINATION,
    'lladdr',
    '02:00:00:00:00:00',
    'dev',
    'near0',
    'nud',
    'permanent',
  );
}

const NEAR = [...ENGINE, '--iface', 'near0', '--cpus', '0', '--src-port', '5000'];

describe('engine udp on an interface of the host', { skip: needsRoot }, () => {
  it('says step by step what is missing, with the command that helps', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair('near0', 'far0', 2, 1500);
      const shell = (command: string) => run('ip', '-n', namespace.name, ...command.split(' ').slice(1));
      const refusal = async (args: readonly string[]) => {
        const { status, stderr } = await pktgen([...args, '--count', '10'], namespace);
        assert.equal(status, 4, stderr);
        return stderr;
      };
      const commandIn = (text: string) => /with: (ip .*)$/m.exec(text)?.[1] ?? assert.fail(text);

      const address = commandIn(await refusal(NEAR));
      assert.equal(address, 'ip addr add 198.18.0.1 dev near0');
      shell(address);
      const neighbour = commandIn(await refusal(NEAR));
      const wanted = 'ip neigh replace 198.19.0.1 lladdr 02:00:00:00:00:00 dev near0 nud permanent';
      assert.equal(neighbour, wanted);
      shell(neighbour);
      const summary = await pktgenJson([...NEAR, '--count', '10'], namespace);
      assert.equal(summary.status, 0, JSON.stringify(summary.findings));
      assert.equal(namespace.received('far0'), 10);
    });
  });

  it('says what is missing for IPv6', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair('near0', 'far0', 2, 1500);
      namespace.ip('addr', 'add', '2001:2::1/128', 'dev', 'near0', 'nodad');
      const args = [...NEAR, '--packet', 'ipv6 / udp srcPort=5000', '--size', '66', '--count', '1'];
      const { status, stderr } = await pktgen(args, namespace);
      assert.equal(status, 4, stderr);
      assert.match(stderr, /add one with: ip route add 2001:2:0:1::1 dev near0$/m);
    });
  });

  it('says that a source port needs a privilege, and the flag there helps', async () => {
    await withNamespace(async (namespace) => {
      addWay(namespace);
      const drop = ['setpriv', '--bounding-set', '-net_bind_service', '--inh-caps', '-net_bind_service'];
      const unprivileged = { prefix: [...namespace.prefix, ...drop] };
      const { stdout } = await pktgen(['engines', '--iface', 'near0', '--json'], unprivileged);
      const { engines } = JSON.parse(stdout) as Survey;
      const refusal = engines.find(({ name }) => name === 'udp')?.fit?.refusal;
      assert.match(refusal?.reason ?? '', /^source port 9 is below 1024 and needs CAP_NET_BIND_SERVICE$/);
      const near = [...ENGINE, '--iface', 'near0', '--cpus', '0', '--count', '10'];
      const { status, stderr } = await pktgen(near, unprivileged);
      assert.equal(status, 4, stderr);
      const flag = /(--src-port \d+), or sudo$/m.exec(stderr)?.[1] ?? assert.fail(stderr);
      const summary = await pktgenJson([...near, ...flag.split(' ')], unprivileged);
      assert.equal(summary.status, 0, JSON.stringify(summary.findings));
      assert.equal(namespace.received('far0'), 10);
    });
  });

  it('refuses segments where the device takes large packets whole, and shows the ethtool line', async () => {
    await withNamespace(async (namespace) => {
      addWay(namespace);
      const args = [...NEAR, '--count', '640', '--udp-call', 'segment'];
      const { status, stderr } = await pktgen(args, namespace);
      assert.equal(status, 4, stderr);
      const command = /with: (ethtool .*)$/m.exec(stderr)?.[1] ?? assert.fail(stderr);
      assert.equal(command, 'ethtool -K near0 tx-udp-segmentation off');
      run('ip', 'netns', 'exec', namespace.name, ...command.split(' '));
      const summary = await pktgenJson(args, namespace);
      assert.equal(summary.status, 0, JSON.stringify(summary.findings));
      assert.equal(namespace.received('far0'), 640);
    });
  });

  it('says that a veth leaves checksums unfinished, and the line there is right', async () => {
    await withNamespace(async (namespace) => {
      addWay(namespace);
      const told = async () => {
        const { stdout } = await pktgen(['engines', '--iface', 'near0'], namespace);
        return /UDP checksum to the device, .*: (ethtool [^;\n]*)/.exec(stdout)?.[1];
      };
      const command = (await told()) ?? assert.fail('no word of the checksum');
      assert.equal(command, 'ethtool -K near0 tx-checksum-ip-generic off');
      namespace.run('ethtool', ...command.split(' ').slice(1));
      assert.equal(await told(), undefined);
      const capture = await Capture.start(namespace.prefix, 'far0', 10);
      try {
        await pktgenJson([...NEAR, '--count', '10'], namespace);
        await capture.complete();
        assert.deepEqual([...new Set(capture.dissect('udp.checksum.status').flat())], ['1']);
      } finally {
        capture.remove();
      }
    });
  });

  it('changes nothing there', async () => {
    await withNamespace(async (namespace) => {
      addWay(namespace);
      const state = () => [['route'], ['addr'], ['neigh']].map((words) => namespace.ip(...words)).join();
      const before = state();
      await pktgenJson([...NEAR, '--count', '10'], namespace);
      assert.equal(state(), before);
    });
  });
});

/** A pair of namespaces: the second is a router that answers datagrams with "host unreachable". */
async function withRouter(body: (near: Namespace, router: Namespace) => Promise<void>): Promise<void> {
  await withNamespace(async (near) => {
    await withNamespace(async (router) => {
      addWay(near);
      near.ip('link', 'set', 'far0', 'netns', router.name);
      router.ip('link', 'set', 'far0', 'address', '02:00:00:00:00:00');
      router.ip('addr', 'add', '198.18.0.254/24', 'dev', 'far0');
      router.ip('link', 'set', 'far0', 'up');
      router.ip('route', 'add', 'unreachable', DESTINATION);
      const nearMac = near.run('cat', '/sys/class/net/near0/address').trim();
      router.ip('neigh', 'replace', SOURCE, 'lladdr', nearMac, 'dev', 'far0', 'nud', 'permanent');
      router.run('sysctl', '-q', '-w', 'net.ipv4.ip_forward=1');
      await body(near, router);
    });
  });
}

describe('engine udp and the errors of datagrams that left long ago', { skip: needsRoot }, () => {
  for (const call of CALLS) {
    for (const batch of ['1', '64']) {
      it(`${call}, ${batch} at a time: a router that answers "unreachable" does not end the run`, async () => {
        await withRouter(async (near, router) => {
          near.run('ethtool', '-K', 'near0', 'tx-udp-segmentation', 'off');
          const args = [...NEAR, '--count', '5000', '--udp-call', call, '--batch', batch];
          const summary = await pktgenJson(args, near);
          assert.equal(summary.status, 0, JSON.stringify(summary.findings));
          assert.equal(summary.total.packets, 5000);
          assert.ok(router.received('far0') >= 5000);
          const answers = Number(/OutDestUnreachs\s+(\d+)/.exec(router.run('nstat', '-asz'))?.[1]);
          assert.ok(answers > 1, `${answers} answers: the kernel limits how many`);
          // sendmmsg keeps an error in the middle of a batch to itself.
          const isTold = call !== 'sendmmsg' || batch === '1';
          if (isTold) assert.ok((summary.total.errors['EHOSTUNREACH'] ?? 0) > 0, 'counted all the same');
        });
      });
    }
  }

  it('an answer to every single datagram, because its TTL is over, neither', async () => {
    await withRouter(async (near, router) => {
      router.ip('route', 'replace', DESTINATION, 'dev', 'far0');
      // Older kernels have the last two for the whole host only: a few dozen answers are left then.
      for (const limit of ['icmp_ratelimit=0', 'icmp_msgs_per_sec=1000000', 'icmp_msgs_burst=1000000'])
        router.run('sysctl', '-q', '-e', '-w', `net.ipv4.${limit}`);
      const packet = ['--packet', 'ipv4 ttl=1 / udp srcPort=5000', '--udp-call', 'send'];
      const summary = await pktgenJson([...NEAR.slice(0, -2), ...packet, '--count', '20000'], near);
      assert.equal(summary.status, 0, JSON.stringify(summary.findings));
      assert.equal(summary.total.packets, 20_000);
      const answers = Number(/InTimeExcds\s+(\d+)/.exec(near.run('nstat', '-asz'))?.[1]);
      const told = summary.total.errors['EHOSTUNREACH'] ?? 0;
      assert.ok(told > 40, `${told} of ${answers}`);
      assert.ok(told <= answers && told < 20_000, `${told} of ${answers}: at most one error a datagram`);
    });
  });

  it('an error of the frame itself comes again, and ends the run', async () => {
    await withNamespace(async (namespace) => {
      addWay(namespace);
      const flags = [...ENGINE, '--src-port', '5000', '--size', '1500'];
      const harm = () => namespace.ip('link', 'set', 'near0', 'mtu', '1400');
      const summary = await runWithHarm(namespace, flags, harm);
      assert.equal(summary.workers[0]?.endError, 'EMSGSIZE');
      assert.equal(summary.total.errors['EMSGSIZE'], 1);
    });
  });
});

describe('engine udp during a run', { skip: needsRoot }, () => {
  for (const [fault, harm, finding] of [
    ['the interface goes down', ['link', 'set', 'near0', 'down'], /near0 went down during the run/],
    ['the interface is removed', ['link', 'del', 'near0'], /near0 disappeared during the run/],
    ['the carrier is lost', ['link', 'set', 'far0', 'down'], /near0 has no carrier/],
    ['the MTU is lowered', ['link', 'set', 'near0', 'mtu', '1400'], /MTU of near0 was lowered/],
  ] as const) {
    it(`${fault}: named, exit code 1`, async () => {
      await withNamespace(async (namespace) => {
        addWay(namespace);
        const flags = [...NEAR.slice(0, 2), '--src-port', '5000', '--size', '1500'];
        const summary = await runWithHarm(namespace, flags, () => namespace.ip(...harm));
        assert.match(summary.findings[0]?.message ?? '', finding);
      });
    });
  }

  it('a datagram that the queue dropped is not counted as sent', async () => {
    await withNamespace(async (namespace) => {
      addWay(namespace);
      namespace.shape('near0', '10mbit');
      const summary = await pktgenJson([...NEAR, '--duration', '1s'], namespace);
      assert.ok((summary.total.errors['ENOBUFS'] ?? 0) > 0, JSON.stringify(summary.total.errors));
      const waiting = summary.total.packets - namespace.received('far0');
      assert.ok(waiting >= 0 && waiting <= 512, `${waiting}: only what is still queued there`);
    });
  });
});
