/**
 * What a plain YAML scalar stands for: the core schema of YAML 1.2, but a number only where nothing gets lost, so
 * that 2^60, 0x1F, 007, 1.0 and 1e3 stay what was written and whoever uses them decides.
 */
export function plainValue(text: string): string | number | boolean | null {
  const first = text.charCodeAt(0);
  // Most scalars are words and addresses.
  if (first > 0x39 || first === 0x2f) return wordValue(text);
  if (text === '') return null;
  const value = Number(text);
  return Number.isFinite(value) && String(value) === text && isExact(value) ? value : text;
}

function isExact(value: number): boolean {
  return !Number.isInteger(value) || Number.isSafeInteger(value);
}

function wordValue(text: string): string | boolean | null {
  if (text.length > 5) return text;
  if (/^(?:~|null|Null|NULL)$/.test(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  return /^(?:false|False|FALSE)$/.test(text) ? false : text;
}
