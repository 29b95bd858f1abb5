import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NativeError } from '#src/errors.js';
import { labError, labMtuBytes, whatForbids } from '#src/system/lab.js';

/** A host with these settings and no others. */
const host = (settings: Readonly<Record<string, string>>) => (file: string) => settings[file] ?? null;

const GATES = [
  ['/proc/sys/user/max_user_namespaces', '0', 'user.max_user_namespaces', '1024'],
  ['/proc/sys/user/max_net_namespaces', '0', 'user.max_net_namespaces', '1024'],
  ['/proc/sys/kernel/unprivileged_userns_clone', '0', 'kernel.unprivileged_userns_clone', '1'],
  [
    '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
    '1',
    'kernel.apparmor_restrict_unprivileged_userns',
    '0',
  ],
] as const;

for (const [file, closed, setting, open] of GATES) {
  test(`${setting} = ${closed} is named as the obstacle, with the command that removes it`, () => {
    const text = whatForbids(host({ [file]: closed }));
    assert.ok(text.includes(`${setting} = ${closed}`), text);
    assert.ok(text.includes(`sudo sysctl ${setting}=${open}`), text);
  });

  test(`${setting} = ${open} is not taken for an obstacle`, () => {
    assert.doesNotMatch(whatForbids(host({ [file]: open })), /sysctl/);
  });
}

test('a setting that is open does not hide one that is closed', () => {
  const [first, , , last] = GATES;
  const text = whatForbids(host({ [first[0]]: first[3], [last[0]]: last[1] }));
  assert.ok(text.includes(`sudo sysctl ${last[2]}=0`), text);
});

test('a host without any of these settings points at the container runtime', () => {
  assert.match(whatForbids(host({})), /container runtime.*seccomp.*sudo/);
});

for (const [sizeBytes, mtuBytes] of [
  [64, 1500],
  [1518, 1500],
  [1519, 1501],
  [9022, 9004],
] as const) {
  test(`the lab lets ${sizeBytes}-byte frames through with an MTU of ${mtuBytes}`, () => {
    assert.equal(labMtuBytes(sizeBytes), mtuBytes);
  });
}

test('a lab that the kernel refuses says at which step and what to change', () => {
  const missing = labError(new NativeError('EOPNOTSUPP', 'making the veth pair lab0–lab1: not supported'));
  assert.equal(missing.exitCode, 4);
  assert.match(
    missing.message,
    /^the lab cannot be made: making the veth pair .*; this kernel lacks that kind/,
  );
  const forbidden = labError(new NativeError('EPERM', 'making the veth pair lab0–lab1: not permitted'));
  assert.equal(forbidden.exitCode, 4);
  assert.match(forbidden.message, /run pktgen with sudo/);
});
