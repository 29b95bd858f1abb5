import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSizes } from '#src/profile/sizes.js';
import { sizesText } from '#src/tui/size-text.js';
import { plan } from '../support/samples.js';

test('sizes are shown in the words that are read as the same sizes again', () => {
  for (const text of ['64', '64,1518', '64:7,1518:2', 'imix', 'rfc2544']) {
    const sizes = parseSizes('size', text);
    assert.equal(sizesText({ sizes }, plan()), text);
    assert.deepEqual(parseSizes('size', sizesText({ sizes }, plan())), sizes);
  }
  assert.deepEqual(
    sizesText({ sizes: parseSizes('size', '64-128') }, plan()),
    '',
    'a range has no such words',
  );
});

test('without sizes that were asked for: the one size of all frames, or nothing', () => {
  assert.equal(sizesText({ sizeBytes: 100 }, plan()), '100');
  assert.equal(sizesText({}, plan()), '64');
  const mixed = plan();
  assert.equal(sizesText({}, { ...mixed, sizes: { ...mixed.sizes, maxBytes: 1518 } }), '');
});
