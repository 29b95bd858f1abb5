import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type NativeRunPlan, native } from '#src/native/index.js';
import { unpaced } from '#src/run/timetable.js';
import { goodProgram, mutate, type Place, placesOf, setAt } from '../support/program.js';
import { Random } from '../unit/support/random.js';

const SEED = 20_000;
const MUTATIONS = 20_000;

const GOOD: NativeRunPlan = {
  engine: 'null',
  interface: '',
  interfaceIndex: 0,
  batch: 64,
  options: {},
  program: goodProgram(),
  count: 1n,
  workers: [{ cpu: 0, queue: 0, durationNs: null }],
  timetable: unpaced(),
  warmupNs: 0,
};

describe('the native border', () => {
  const { Network, Run } = native();
  const open = (change: object) => new Run(new Network(false), { ...GOOD, ...change } as NativeRunPlan);

  it('takes a good plan', () => {
    const run = open({});
    run.start();
    run.stop();
  });

  for (const [change, path] of [
    [{ engine: 'nul' }, /plan\.engine/],
    [{ engine: 7 }, /plan\.engine: expected a string/],
    [{ batch: 0 }, /plan\.batch: expected a whole number from 1/],
    [{ batch: 1.5 }, /plan\.batch/],
    [{ batch: Number.NaN }, /plan\.batch/],
    [{ batch: 2 ** 40 }, /plan\.batch/],
    [{ program: null }, /plan\.program: expected an object/],
    [
      { program: { ...goodProgram(), schedule: new Uint32Array(0) } },
      /plan\.program\.schedule: expected numbers/,
    ],
    [{ count: 5 }, /plan\.count: expected null or a bigint/],
    [{ count: -5n }, /plan\.count/],
    [{ count: 1n << 64n }, /plan\.count/],
    [{ options: null }, /plan\.options: expected an object/],
    [{ options: { ringFrames: 8 } }, /plan\.options\.ringFrames: expected no such option/],
    [
      { engine: 'tx-ring', options: { ringFrames: 100 } },
      /plan\.options\.ringFrames: expected a power of two/,
    ],
    [
      { engine: 'tx-ring', options: { qdiscBypass: 1 } },
      /plan\.options\.qdiscBypass: expected true or false/,
    ],
    [{ workers: [] }, /plan\.workers: expected 1 to/],
    [{ workers: {} }, /plan\.workers: expected an array/],
    [{ workers: [{ ...GOOD.workers[0], cpu: -1 }] }, /plan\.workers\[0\]\.cpu/],
    [
      { workers: [{ cpu: 0, queue: 0, durationNs: 5 }] },
      /plan\.workers\[0\]\.durationNs: expected null or a bigint/,
    ],
    [{ workers: [{ cpu: 0, queue: 0, durationNs: -5n }] }, /plan\.workers\[0\]\.durationNs/],
    [{ workers: [GOOD.workers[0], null] }, /plan\.workers\[1\]: expected an object/],
    [{ interfaceIndex: '2' }, /plan\.interfaceIndex/],
  ] as const) {
    it(`refuses ${path.source} with a TypeError`, () => {
      assert.throws(
        () => open(change),
        (error: Error) => error instanceof TypeError && path.test(error.message),
      );
    });
  }

  it('refuses names that no interface can have', () => {
    const network = new Network(false);
    for (const name of ['', 'x'.repeat(16), 'x'.repeat(100_000), 'a\0b']) {
      assert.throws(() => network.setUp(name), TypeError);
      const link = { name, mac: new Uint8Array(6), queues: 1, mtuBytes: 1500 };
      assert.throws(() => network.createSink(link), TypeError);
    }
    assert.equal(network.link('x'.repeat(100_000)), null);
  });

  it('refuses a network that is none', () => {
    assert.throws(() => new Run({} as never, GOOD), /network: expected a Network/);
  });

  it('answers a CPU that does not exist with the errno of the kernel', () => {
    assert.throws(() => open({ workers: [{ cpu: 1000, queue: 0, durationNs: null }] }), { code: 'EINVAL' });
  });

  it('describes its engines completely', () => {
    for (const engine of native().engines()) {
      assert.match(engine.name, /^[a-z-]+$/);
      assert.ok(engine.summary.length > 0);
      for (const option of engine.options) assert.match(option.name, /^[a-z][A-Za-z]*$/);
    }
  });
});

const render = (program: unknown, frames = 8) => native().renderFrames(program as never, 0, 1, frames);

/** What stands in the good program, what is put there, and the path that the message names. */
const BAD: readonly (readonly [place: Place, value: unknown, path?: string])[] = [
  [['order'], 'grouped'],
  [['order'], 0],
  [['seed'], 1],
  [['seed'], -1n],
  [['seed'], 1n << 64n],
  [['schedule'], Uint32Array.of(0, 1, 2)],
  [['schedule'], Uint32Array.of()],
  [['schedule'], [0, 1]],
  [['schedule'], new Uint32Array(2 ** 20 + 1)],
  [['streams'], null],
  [['streams'], { length: 1 }],
  [['streams'], [], 'schedule'],
  [['streams', 0], 7],
  [['streams', 0, 'count'], 5],
  [['streams', 0, 'count'], -1n],
  [['streams', 0, 'variants'], undefined],
  [['streams', 0, 'variants', 'frameBytes'], Uint32Array.of(0, 200)],
  [['streams', 0, 'variants', 'frameBytes'], Uint32Array.of(60, 9019)],
  [['streams', 0, 'variants', 'frameBytes'], Uint32Array.of(60)],
  [['streams', 0, 'variants', 'frameBytes'], Uint32Array.of()],
  [['streams', 0, 'variants', 'frameBytes'], Uint16Array.of(60, 200)],
  [['streams', 0, 'variants', 'headOffset'], Uint32Array.of(0), 'streams[0].variants.frameBytes'],
  [['streams', 0, 'variants', 'headOffset'], Uint32Array.of(0, 2 ** 32 - 1)],
  [['streams', 0, 'variants', 'headBytes'], Uint32Array.of(42), 'streams[0].variants.frameBytes'],
  [
    ['streams', 0, 'variants', 'headBytes'],
    Uint32Array.of(42, 2 ** 32 - 1),
    'streams[0].variants.headOffset',
  ],
  [['streams', 0, 'variants', 'bytes'], new Uint8Array(83), 'streams[0].variants.headOffset'],
  [['streams', 0, 'variants', 'bytes'], new Uint8ClampedArray(84)],
  [['streams', 0, 'variants', 'body'], new Uint8Array(0)],
  [['streams', 0, 'variants', 'body'], new Uint8Array(199)],
  [['streams', 0, 'variants', 'body'], 'ab'],
  [['streams', 0, 'variantIndex'], -2],
  [['streams', 0, 'variantIndex'], 0.5],
  [['streams', 0, 'variantIndex'], -0.5],
  [['streams', 0, 'variantIndex'], 2],
  [['streams', 0, 'variantIndex'], Number.NaN],
  [['streams', 0, 'variantIndex'], '1'],
  [['streams', 0, 'variantTable'], Uint32Array.of(0, 2)],
  [['streams', 0, 'variantTable'], Uint32Array.of(0)],
  [
    ['streams', 0, 'variantTable'],
    [0, 1],
  ],
  [['streams', 0, 'indexes'], [], 'streams[0].variantIndex'],
  [['streams', 0, 'indexes'], {}],
  [['streams', 0, 'indexes', 0, 'random'], 1],
  [['streams', 0, 'indexes', 0, 'count'], 5],
  [['streams', 0, 'indexes', 1, 'count'], 3n, 'streams[0].variantTable'],
  [['streams', 0, 'indexes', 0, 'period'], 0],
  [['streams', 0, 'indexes', 0, 'period'], 2 ** 31],
  [['streams', 0, 'indexes', 0, 'seed'], 5],
  [['streams', 0, 'fields', 0, 'offsetBytes'], 59, 'streams[0].fields[0].containerBytes'],
  [['streams', 0, 'fields', 0, 'offsetBytes'], 2 ** 32],
  [['streams', 0, 'fields', 0, 'offsetBytes'], -1],
  [['streams', 0, 'fields', 0, 'offsetBytes'], 1.5],
  [['streams', 0, 'fields', 0, 'offsetBytes'], Number.POSITIVE_INFINITY],
  [['streams', 0, 'fields', 0, 'containerBytes'], 3],
  [['streams', 0, 'fields', 0, 'containerBytes'], 0],
  [['streams', 0, 'fields', 0, 'containerBytes'], 16],
  [['streams', 0, 'fields', 0, 'shift'], 1, 'streams[0].fields[0].containerBytes'],
  [['streams', 0, 'fields', 0, 'shift'], 64],
  [['streams', 0, 'fields', 0, 'bits'], 17, 'streams[0].fields[0].containerBytes'],
  [['streams', 0, 'fields', 0, 'bits'], 0],
  [['streams', 0, 'fields', 0, 'bits'], 65],
  [['streams', 0, 'fields', 0, 'index'], 2],
  [['streams', 0, 'fields', 0, 'index'], -1],
  [['streams', 0, 'fields', 0, 'first'], 5],
  [['streams', 0, 'fields', 0, 'step'], -1n],
  [['streams', 0, 'fields', 0, 'take'], 64],
  [['streams', 0, 'fields', 0, 'values'], BigUint64Array.of(1n)],
  [['streams', 0, 'fields', 0, 'values'], BigInt64Array.of(1n, 2n, 3n)],
  [
    ['streams', 0, 'fields', 0, 'values'],
    [1n, 2n, 3n],
  ],
  [['streams', 0, 'fields', 0, 'adds'], null],
  [['streams', 0, 'fields', 0, 'adds', 0, 'checksum'], 1],
  [['streams', 0, 'fields', 0, 'adds', 0, 'checksum'], -1],
  [['streams', 0, 'fields', 0, 'adds', 0, 'rotate'], 16],
  [['streams', 0, 'fills', 0, 'from'], 61],
  [['streams', 0, 'fills', 0, 'to'], 61],
  [['streams', 0, 'fills', 0, 'seed'], 1],
  [['streams', 0, 'fills', 0, 'adds', 0, 'checksum'], 1],
  [['streams', 0, 'fills'], Array(2).fill(goodProgram().streams[0]?.fills[0])],
  [['streams', 0, 'checksums'], [], 'streams[0].fields[0].adds[0].checksum'],
  [['streams', 0, 'checksums', 0, 'algorithm'], 'md5'],
  [['streams', 0, 'checksums', 0, 'algorithm'], null],
  [['streams', 0, 'checksums', 0, 'offsetBytes'], 59],
  [['streams', 0, 'checksums', 0, 'zeroIsOnes'], null],
  [['streams', 0, 'checksums', 0, 'bad'], 0],
  [['streams', 0, 'checksums', 0, 'sums'], Uint32Array.of(1)],
  [
    ['streams', 0, 'checksums', 0, 'sums'],
    [1, 2],
  ],
  [['streams', 0, 'checksums', 0, 'from'], 61],
  [['streams', 0, 'checksums', 0, 'ends'], Uint32Array.of(60), 'streams[0].checksums[0].sums'],
  [
    ['streams', 0, 'checksums', 0, 'adds'],
    [{ checksum: 0, rotate: 0 }],
    'streams[0].checksums[0].adds[0].checksum',
  ],
];

describe('a frame program at the native border', () => {
  it('is taken when it is good', () => {
    assert.equal(render(goodProgram()).length, 8);
  });

  for (const [place, value, named] of BAD) {
    const path =
      named ??
      place
        .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
        .join('')
        .slice(1);
    it(`is refused with ${show(value)} at ${place.join('.')}, naming ${path}`, () => {
      const program = goodProgram();
      setAt(program, place, value);
      assert.throws(
        () => render(program),
        (error: Error) =>
          error instanceof TypeError && error.message.startsWith(`program.${path}: expected `),
      );
    });
  }

  it('is refused with a CRC that does not lie within the frame', () => {
    for (const [from, ends] of [
      [60, [59, 200]],
      [14, [61, 200]],
      [14, [60, 201]],
    ] as const) {
      const program = goodProgram();
      const checksum = { algorithm: 'crc32c', from, ends: Uint32Array.from(ends) };
      for (const [name, value] of Object.entries(checksum))
        setAt(program, ['streams', 0, 'checksums', 0, name], value);
      assert.throws(() => render(program), /checksums\[0\]\.ends: expected within the frame/);
    }
  });

  it('is refused when any part of it is missing or of another kind', () => {
    const places = placesOf(goodProgram());
    assert.ok(places.length > 50);
    for (const place of places) {
      for (const value of [undefined, Symbol('no'), () => 1, new Date(0)]) {
        const program = goodProgram();
        setAt(program, place, value);
        assert.throws(() => render(program), TypeError, `${show(value)} at ${place.join('.')}`);
      }
    }
  });

  it('is refused or rendered, never worse, after 20,000 mutations', () => {
    const random = new Random(SEED);
    let taken = 0;
    for (let round = 0; round < MUTATIONS; round++) {
      const program = goodProgram();
      for (let i = random.whole(1, 3); i > 0; i--) mutate(random, program);
      try {
        for (const { frame } of render(program)) assert.ok(frame.length >= 14 && frame.length <= 9018);
        taken++;
      } catch (error) {
        assert.ok(error instanceof TypeError, `round ${round}: ${error}`);
        assert.match(error.message, /^program[\w.[\]]*: expected /);
      }
    }
    assert.ok(taken > MUTATIONS / 20 && taken < MUTATIONS / 2, `${taken} of ${MUTATIONS} were taken`);
  });
});

function show(value: unknown): string {
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${value.byteLength} bytes`;
  return typeof value === 'object' && value ? 'an object' : String(value);
}

describe('a network and a run', () => {
  const { Network, Run } = native();

  it('answer EBADF once they are closed', () => {
    const network = new Network(false);
    const run = new Run(network, GOOD);
    run.close();
    run.close();
    network.close();
    for (const call of [() => run.counters(), () => run.done, () => network.links(), () => network.netFd]) {
      assert.throws(call, (error: Error & { code?: string }) => error.code === 'EBADF');
    }
    assert.throws(() => new Run(network, GOOD), /network: expected a Network that is open/);
  });

  it('take no object that only looks like a network', () => {
    const forged = Object.create(Network.prototype);
    assert.throws(() => new Run(forged, GOOD), TypeError);
  });
});
