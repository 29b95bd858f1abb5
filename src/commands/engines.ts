import { ExitCode, surveyEngines } from '../index.js';
import { calibrateAloud } from './calibration-text.js';
import { type Command, flag, text } from './command.js';
import { enginesText } from './engines-text.js';
import { targetOf, targetOptions } from './options.js';
import { explained, trafficOf, trafficOptions, withoutUndefined } from './traffic-options.js';
import { countOf } from './values.js';

export const command: Command = {
  summary: 'what each engine can do on an interface, and which one auto takes',
  options: () => ({
    ...targetOptions(),
    ...trafficOptions(),
    workers: text('How:', 'N', 'so many workers, e.g. --workers 4'),
    calibrate: flag(
      'How:',
      'measure those that can, for half a second each, and keep the result for later runs',
    ),
    'no-cache': flag('How:', 'keep nothing'),
    json: flag('Output:', 'as JSON on standard output'),
  }),
  run: async (values) => {
    const asked = await trafficOf(values);
    const options = withoutUndefined({
      ...asked.options,
      ...targetOf(values),
      workers: countOf(values, 'workers', 1, Number.MAX_SAFE_INTEGER),
    });
    if (values['calibrate']) {
      const calibration = await explained(asked, () => calibrateAloud({ ...options, cache: false }, values));
      if (values['json']) process.stdout.write(`${JSON.stringify(calibration, null, 2)}\n`);
      return ExitCode.ok;
    }
    const survey = await explained(asked, () => surveyEngines(options));
    process.stdout.write(values['json'] ? `${JSON.stringify(survey, null, 2)}\n` : enginesText(survey));
    return ExitCode.ok;
  },
};
