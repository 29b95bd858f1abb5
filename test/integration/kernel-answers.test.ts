import assert from 'node:assert/strict';
import path from 'node:path';
import { it } from 'node:test';
import { needsRoot, withNamespace } from '../support/namespace.js';
import { ROOT } from '../support/pktgen.js';

const SCRIPT = path.join(ROOT, 'test/support/kernel-answers.py');

it('the kernel answers as the engines assume, to calls that they never make', {
  skip: needsRoot,
}, async () => {
  await withNamespace(async (namespace) => {
    namespace.addPair();
    const answers = JSON.parse(namespace.run('python3', SCRIPT, 'near0')) as Record<string, string>;
    // Linux 6.17 brought the budget.
    const hasBudget = answers['budget below 32'] !== 'ENOPROTOOPT';
    const refusedBudget = hasBudget ? 'EACCES' : 'ENOPROTOOPT';
    assert.deepEqual(answers, {
      'send, not bound': 'ENXIO',
      'bind, a queue that does not exist': 'EINVAL',
      'bind, copy and zero-copy': 'EINVAL',
      'budget below 32': refusedBudget,
      'budget above the ring': refusedBudget,
      bind: 'accepted',
      'bind, a queue in use': 'EBUSY',
      'send, blocking': 'ENOTSUP', // the same number as EOPNOTSUPP
      'live, a batch of 256': 'accepted',
      'live, a batch of 257': 'E2BIG',
    });
  });
});
