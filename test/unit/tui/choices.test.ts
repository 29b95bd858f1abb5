import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Survey, surveyEngines } from '#src/run/survey.js';
import { engineChooser, profileChooser, profilePreview } from '#src/tui/choices.js';
import { framesText, placeSeen } from '#src/tui/peek.js';
import { LAB } from '../support/screens.js';

/** As if every engine had been asked there, and one of them could not. */
async function surveyOf(refused: string): Promise<Survey> {
  const survey = await surveyEngines();
  return {
    ...survey,
    target: { kind: 'interface', name: 'eth1' },
    auto: 'packet',
    engines: survey.engines.map((report) => {
      const refusal = { code: 'EOPNOTSUPP', reason: 'the driver has no XDP', help: 'use another' };
      if (!report.needsDevice) return report;
      return {
        ...report,
        fit: { refusal: report.name === refused ? refusal : null, facts: ['copy mode'], rank: 1 },
      };
    }),
  };
}

describe('the engines to choose from', () => {
  it('are all there, each with what it can do, and those that cannot run with why', async () => {
    const survey = await surveyOf('xdp');
    const { choices, selected } = engineChooser(survey, 'tx-ring');
    const of = (name: string) => choices.find((choice) => choice.name === name);
    assert.deepEqual(choices.map(({ name }) => name).sort(), survey.engines.map(({ name }) => name).sort());
    const firstRefused = choices.findIndex(({ refusal }) => refusal !== null);
    assert.ok(choices.slice(firstRefused).every(({ refusal }) => refusal !== null));
    assert.equal(choices[selected]?.name, 'tx-ring');
    assert.equal(of('tx-ring')?.remark, 'now');
    assert.equal(of('xdp')?.refusal, 'the driver has no XDP');
    assert.match(of('xdp')?.preview?.join('\n') ?? '', /would help: use another/);
    assert.equal(of('packet')?.refusal, null);
    assert.match(
      of('packet')?.preview?.join('\n') ?? '',
      /yes; copy mode; auto takes it[\s\S]*--qdisc-bypass/,
    );
  });

  it('one without a device is nothing for a run that has one, and the other way round', async () => {
    const withDevice = engineChooser(await surveyOf('xdp'), 'tx-ring').choices;
    assert.match(withDevice.find(({ name }) => name === 'null')?.refusal ?? '', /sends nothing/);
    const without = engineChooser(await surveyEngines(), 'null').choices;
    assert.match(without.find(({ name }) => name === 'packet')?.refusal ?? '', /needs a device/);
    assert.equal(without.find(({ name }) => name === 'null')?.refusal, null);
  });
});

describe('the profiles to choose from', () => {
  it('are the shipped ones, with a preview of what would be sent', async () => {
    const { choices } = await profileChooser(null);
    assert.ok(choices.some(({ name }) => name === 'imix'));
    assert.ok(choices.every(({ remark }) => remark === ''));
    const text = (await profilePreview('imix', ({ traffic, run }) => ({ ...run, traffic }))).join('\n');
    assert.match(text, /on average, 64 to 1518[\s\S]*line rate at {2}10 Gbit\/s[\s\S]*frame 1, imix/);
  });
});

describe('the profile that is sent now', () => {
  it('is marked and selected, whether it is one or several', async () => {
    const marked = async (present: string) => {
      const { choices, selected } = await profileChooser(present);
      const now = choices.filter(({ remark }) => remark === 'now').map(({ name }) => name);
      return [choices[selected]?.name, now];
    };
    assert.deepEqual(await marked('imix'), ['imix', ['imix']]);
    assert.deepEqual(await marked('jumbo + dns'), ['dns', ['dns', 'jumbo']]);
    assert.equal((await profileChooser('./mine.yaml')).selected, 0);
  });

  it('one whose streams are drawn at random does not repeat', async () => {
    const text = async (name: string) =>
      (await profilePreview(name, ({ traffic, run }) => ({ ...run, traffic }))).join('\n');
    assert.match(await text('data-centre'), /^mix +is drawn at random/m);
    assert.doesNotMatch(await text('data-centre'), /repeats/);
    assert.match(await text('arp'), /^mix +repeats after 10 frames$/m);
  });
});

describe('frames to look at', () => {
  it('shows headers, and no more bytes than one wants to read', () => {
    const frames = [{ stream: 'jumbo', bytes: new Uint8Array(9018), lines: ['ethernet type=0x0800'] }];
    assert.equal(placeSeen('lab1', LAB), 'seen at lab1 (far end)');
    assert.equal(placeSeen('lab0', LAB), 'seen at lab0');
    const text = framesText({ frames }, ['nothing seen: it passes by']);
    assert.ok(text.length < 20);
    assert.match(
      text.join('\n'),
      /nothing seen[\s\S]*jumbo, 9018 bytes and FCS\n {2}ethernet[\s\S]*0x0050:[\s\S]*…/,
    );
  });
});
