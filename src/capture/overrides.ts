import { ValueError } from '../compile/problems.js';
import type { Assignment, CaptureRewrite } from '../model/traffic.js';
import { parseRules, type Rules } from './rules.js';

const IP = ['ipv4', 'ipv6'];

/** A capture's own rewriting, and what was said for all streams, which goes first. @throws ValueError */
export function rulesWith(
  rewrite: CaptureRewrite,
  overrides: readonly Assignment[],
  applied: Set<Assignment>,
): Rules {
  const own = parseRules(rewrite);
  return overrides.reduce((rules, override) => {
    const name = nameOf(override);
    if (!name) return rules;
    applied.add(override);
    const { srcMac, dstMac, srcIp, dstIp } = rulesOf(name, override);
    return {
      srcMac: srcMac ?? rules.srcMac,
      dstMac: dstMac ?? rules.dstMac,
      srcIp: [...srcIp, ...rules.srcIp],
      dstIp: [...dstIp, ...rules.dstIp],
    };
  }, own);
}

function nameOf({ protocols, field }: Assignment): keyof CaptureRewrite | undefined {
  if (field !== 'src' && field !== 'dst') return undefined;
  if (protocols.includes('ethernet')) return field === 'src' ? 'srcMac' : 'dstMac';
  if (!protocols.some((protocol) => IP.includes(protocol))) return undefined;
  return field === 'src' ? 'srcIp' : 'dstIp';
}

function rulesOf(name: keyof CaptureRewrite, { value, origin }: Assignment): Rules {
  try {
    return parseRules({ [name]: String(value) });
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new ValueError(`${origin}: a capture takes one address, or a prefix; ${error.message}`);
  }
}
