import { type EngineReport, flagOf, type Survey } from '../index.js';
import { argumentOf, meaningOf } from './options.js';

const NAME_COLUMNS = 9;
const FLAG_COLUMNS = 26;

/** One paragraph per engine: what it is, what it can do there, its options. */
export function enginesText(survey: Survey): string {
  const { target, engines, auto } = survey;
  const paragraphs = engines.map((engine) => describe(engine, survey).join('\n'));
  const where = target && 'name' in target ? target.name : '';
  const verdict = auto === null ? `no engine can run on ${where}` : `--engine auto takes ${auto} on ${where}`;
  const last =
    target === null
      ? 'pktgen engines --iface NAME, or --lab, says what each can do there, and which one --engine auto takes'
      : verdict;
  return `${[...paragraphs, last].join('\n\n')}\n`;
}

function describe(engine: EngineReport, survey: Survey): string[] {
  return [
    `${engine.name.padEnd(NAME_COLUMNS)} ${engine.summary}`,
    ...[...describeFit(engine, survey), ...describeOptions(engine)].map((line) => `${indent()} ${line}`),
  ];
}

const indent = () => ''.padEnd(NAME_COLUMNS);

export function describeFit(engine: EngineReport, { target, auto }: Survey): string[] {
  if (!engine.needsDevice) return ['needs no device'];
  if (target === null || !engine.fit) return [`needs ${engine.capabilities}`];
  const { refusal, facts, rank } = engine.fit;
  if (refusal) {
    return [`no: ${refusal.reason}`, ...(refusal.help === '' ? [] : [`would help: ${refusal.help}`])];
  }
  const remarks = [
    ...facts,
    ...(engine.name === auto ? ['auto takes it'] : []),
    ...(rank === 0 ? ['only when it is asked for'] : []),
    ...(target.kind === 'lab' && engine.needsXdpAtFarEnd ? ['the far end drops the frames'] : []),
  ];
  return [['yes', ...remarks].join('; ')];
}

export function describeOptions({ options }: EngineReport): string[] {
  return options.map((option) => {
    const flag = `${flagOf(option.name)} ${argumentOf(option)}`.trimEnd();
    return `${flag.padEnd(FLAG_COLUMNS)} ${meaningOf(option)}`;
  });
}
