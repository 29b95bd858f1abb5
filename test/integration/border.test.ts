import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type NativeRunPlan, native } from '#src/native/index.js';

const GOOD: NativeRunPlan = {
  engine: 'null',
  interface: '',
  interfaceIndex: 0,
  batch: 64,
  options: {},
  frame: new Uint8Array(60),
  workers: [{ cpu: 0, count: 1n, durationNs: null }],
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
    [{ frame: new Uint8Array(59) }, /plan\.frame: expected 60 to 9018 bytes/],
    [{ frame: new Uint8Array(9019) }, /plan\.frame/],
    [{ frame: new Uint16Array(60) }, /plan\.frame: expected a Uint8Array/],
    [{ frame: null }, /plan\.frame/],
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
    [{ workers: [{ ...GOOD.workers[0], count: 5 }] }, /plan\.workers\[0\]\.count: expected null or a bigint/],
    [{ workers: [{ ...GOOD.workers[0], count: -5n }] }, /plan\.workers\[0\]\.count/],
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
    assert.throws(() => open({ workers: [{ cpu: 1000, count: 1n, durationNs: null }] }), { code: 'EINVAL' });
  });

  it('describes its engines completely', () => {
    for (const engine of native().engines()) {
      assert.match(engine.name, /^[a-z-]+$/);
      assert.ok(engine.summary.length > 0);
      for (const option of engine.options) assert.match(option.name, /^[a-z][A-Za-z]*$/);
    }
  });
});
