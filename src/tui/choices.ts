import { describeFit, describeOptions } from '../commands/engines-text.js';
import { previewText } from '../commands/preview-text.js';
import {
  type EngineReport,
  listProfiles,
  previewTraffic,
  type RunOptions,
  readProfiles,
  type Survey,
} from '../index.js';
import type { Choice, Chooser } from './chooser.js';

const FRAMES_OF_PREVIEW = 1;

/** What each engine can do where frames go now; those that cannot run there are last. */
export function engineChooser(survey: Survey, present: string): Chooser {
  const all = survey.engines.map((report) => engineChoice(report, survey, present));
  const choices = [
    ...all.filter(({ refusal }) => refusal === null),
    ...all.filter(({ refusal }) => refusal !== null),
  ];
  const selected = Math.max(
    0,
    choices.findIndex(({ name }) => name === present),
  );
  return { title: 'engine', choices, selected, more: '', note: null };
}

function engineChoice(report: EngineReport, survey: Survey, present: string): Choice {
  const refusal = refusalOf(report, survey);
  const remark = report.name === present ? 'now' : refusal === null ? '' : 'no';
  const fit = refusal === null || report.fit?.refusal ? describeFit(report, survey) : [];
  const options = describeOptions(report).map((line) => line.replace(/ {2,}/g, ' '));
  const preview = [report.summary, '', ...fit, '', ...options];
  return { name: report.name, remark, refusal, preview };
}

/** An engine without a device sends nothing where a device was asked for, and the other way round. */
function refusalOf({ needsDevice, fit }: EngineReport, { target }: Survey): string | null {
  if (target === null) return needsDevice ? 'it needs a device, and none was asked for' : null;
  return needsDevice ? (fit?.refusal?.reason ?? null) : 'it sends nothing to a device';
}

/** Without previews: they take time. `present`: the profile that is sent now; null without one. */
export async function profileChooser(present: string | null): Promise<Chooser> {
  const profiles = await listProfiles();
  const running = new Set(present?.split(' + '));
  const choices = profiles.map(({ name }) => {
    return { name, remark: running.has(name) ? 'now' : '', refusal: null, preview: null };
  });
  const selected = Math.max(
    0,
    choices.findIndex(({ remark }) => remark !== ''),
  );
  return { title: 'profile', choices, selected, more: ', letters begin the name of a file', note: null };
}

/** `options`: what would be asked for with it. */
export async function profilePreview(
  name: string,
  options: (profile: Awaited<ReturnType<typeof readProfiles>>) => RunOptions,
): Promise<readonly string[]> {
  const profile = await readProfiles([name]);
  const preview = await previewTraffic(options(profile), FRAMES_OF_PREVIEW);
  return previewText(preview, profile).trimEnd().split('\n');
}
