import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDashboard, type Dashboard } from '#src/tui/dashboard.js';
import { delta, snapshot } from '../support/samples.js';
import { LARGE, labPlan, leg, mix, running, SMALL, shown, streams } from '../support/screens.js';

/** Twelve seconds, in the fourth of which the second worker had half of its CPU only. */
function imix(): Dashboard {
  const plan = labPlan({ traffic: mix({ small: 7, medium: 4, large: 1 }) });
  const dashboard = createDashboard();
  dashboard.begin(leg({ plan, profile: 'imix', durationNs: 60e9 }));
  let [first, second] = [0, 0];
  for (let i = 1; i <= 48; i++) {
    first += 516_000;
    second += i > 12 && i <= 16 ? 252_000 : 504_000;
    const sent = first + second;
    const counts = { small: (sent * 7) / 12, medium: (sent * 4) / 12, large: sent / 12 };
    dashboard.observe(
      snapshot([running(first, i / 4, { cpu: 0 }), running(second, i / 4, { cpu: 1, busy: i })], {
        elapsedSeconds: i / 4,
        device: delta({ name: 'lab0', txPackets: sent + 64 }),
        farEnd: delta({ name: 'lab1', rxPackets: sent }),
        streams: streams(counts),
      }),
    );
    if (i === 4) dashboard.say('the lab is two interfaces, lab0 and lab1, in a namespace of their own');
    if (i === 30) dashboard.say('press ? for help');
  }
  return dashboard;
}

const drawn = (size: typeof SMALL) => shown(imix(), { size }).replace(/ +$/gm, '');

test('the overview at 80x24', () => {
  assert.equal(
    drawn(SMALL),
    `
pktgen   1 overview   2 workers   3 streams   4 device             running  0:12
imix: 3 streams, 64 bytes → lab0 (veth, 10.00 Gbit/s) → lab1           0:48 left
tx-ring --qdisc-bypass --ring-frames 128 --batch 64            CPU→queue 0→0 1→1
limited by engine: a packet takes it 490 ns
 4.080 Mpps   L2 2.089 Gbit/s   L1 2.742 Gbit/s   27.42 % of line rate
██████████████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░│
0 %                 25 %                  10.00 Gbit/s of 64 bytes: 14.88 Mpps │
 cpu queue       rate share %  ns/pkt  cpu ns        │ budget 134.4 ns    672 ns
   0     0 2.064 Mpps    50.6   484.5   465.1 ███████│█████████████████
   1     1 2.016 Mpps    49.4   496.0   476.2 ███████│█████████████████
 all       4.080 Mpps   100.0   490.2   470.6 ███████│█████████████████
█fill     – ▓entry     – ▒kernel     – ╳room     – ░idle     – ·off-CPU     – ns
   64.0 pkts/call,    63,750 calls/s, room   0.0 %, off-CPU   0.0 %
pps                   █▇███ 3.69M–4.08M  pps ██████▆▇███████████████ 3.07M–4.08M
ns                    ▇█▇▇▇ 490.2–541.5  ns  ▆▆▆▆▆▇█▇▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆ 490.2–651.0
2 of 3: press 3    asked %  sent %        rate           frames            bytes
small                58.33   58.33  2.380 Mpps       27,972,000    1,790,208,000
medium               33.33   33.33  1.360 Mpps       15,984,000    1,022,976,000
sent     47,952,000 frames, 3,068,928,000 bytes (FCS included)
device   lab0 counted 47,952,064, dropped 0                        64 being sent
far end  lab1 received 47,952,000 of 47,952,000                      all arrived
    0:07 press ? for help
    0:01 the lab is two interfaces, lab0 and lab1, in a namespace of their own
q quit  ? help  space pause  + - rate  s size  p profile  e engine  f frames`.slice(1),
  );
});

test('the overview at 132x43', () => {
  assert.equal(
    drawn(LARGE),
    `
pktgen   1 overview   2 workers   3 streams   4 device                                 running  0:12
imix: 3 streams, 64 bytes → lab0 (veth, 10.00 Gbit/s) → lab1                               0:48 left
tx-ring --qdisc-bypass --ring-frames 128 --batch 64                                CPU→queue 0→0 1→1
limited by engine: a packet takes it 490 ns

 4.080 Mpps   L2 2.089 Gbit/s   L1 2.742 Gbit/s   27.42 % of line rate
████████████████████████████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░│
0 %                              25 %                             50 %                        10.00 Gbit/s of 64 bytes: 14.88 Mpps │

 cpu queue       rate share %  ns/pkt cpu ns/pkt pkts/call room % off-CPU %   calls/s          │ budget 134.4 ns     full bar 672 ns
   0     0 2.064 Mpps    50.6   484.5      465.1      64.0    0.0       0.0    32,250 █████████│███████████████████████
   1     1 2.016 Mpps    49.4   496.0      476.2      64.0    0.0       0.0    31,500 █████████│████████████████████████
 all       4.080 Mpps   100.0   490.2      470.6      64.0    0.0       0.0    63,750 █████████│████████████████████████
█ fill       –  ▓ entry       –  ▒ kernel       –  ╳ room       –  ░ idle       –  · off-CPU       –  ns

last 60 s                                                          whole run, 0:12
pps                                        ██▅▄██████ max 4.080 M  pps ████████████▁   ▅████████████████████████████████ max 4.080 M
                                           ██████████ min 3.610 M      █████████████▆▆▆█████████████████████████████████ min 3.072 M
                                           ██████████                  █████████████████████████████████████████████████
                                           ██████████                  █████████████████████████████████████████████████
                                           ██████████                  █████████████████████████████████████████████████
ns                                         ▄▄▇█▄▄▄▄▄▄ max 554.1    ns              ▅███▁                                 max 651.0
                                           ██████████ min 490.2        ▆▆▆▆▆▆▆▆▆▆▆▆█████▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆ min 490.2
                                           ██████████                  █████████████████████████████████████████████████
                                           ██████████                  █████████████████████████████████████████████████
                                           ██████████                  █████████████████████████████████████████████████

3 streams                        asked %  sent %        rate               frames                bytes
small                              58.33   58.33  2.380 Mpps           27,972,000        1,790,208,000
medium                             33.33   33.33  1.360 Mpps           15,984,000        1,022,976,000
large                               8.33    8.33  340.0 kpps            3,996,000          255,744,000

sent     47,952,000 frames, 3,068,928,000 bytes (FCS included), on average 3.996 Mpps and 500.5 ns a packet
device   lab0 counted 47,952,064 of 47,952,000 (tx_packets), dropped 0                 64 being sent
far end  lab1 received 47,952,000 of 47,952,000                                          all arrived

    0:07 press ? for help
    0:01 the lab is two interfaces, lab0 and lab1, in a namespace of their own




q quit  ? help  space pause  + - rate  s size  p profile  e engine  f frames  r set rate  b bypass  c CPUs  m mute  z zero  w write`.slice(
      1,
    ),
  );
});
