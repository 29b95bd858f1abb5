import type { Part } from './compose.js';
import type { StreamDraft } from './stream.js';

/** Streams of the same name replace earlier ones, in their place. */
export function joinStreams(parts: readonly Part[]): StreamDraft[] {
  const joined: StreamDraft[] = [];
  const places = new Map<string, number>();
  for (const draft of parts.flatMap(({ drafts }) => drafts)) {
    const place = draft.name === null ? undefined : places.get(draft.name);
    if (place === undefined) joined.push(draft);
    else joined[place] = draft;
    if (draft.name !== null && place === undefined) places.set(draft.name, joined.length - 1);
  }
  return joined;
}

/** Unnamed streams are called by their position, past the names that are taken. */
export function nameStreams(drafts: readonly StreamDraft[]): string[] {
  const taken = new Set(drafts.map(({ name }) => name));
  return drafts.map(({ name }, i) => {
    if (name !== null) return name;
    let number = i + 1;
    while (taken.has(`stream${number}`)) number++;
    taken.add(`stream${number}`);
    return `stream${number}`;
  });
}

/**
 * The streams that drafts start when they end, by the names that these have among all. A file's own streams come first:
 * an unnamed one is stream1, stream2 … there, and may be called otherwise where several profiles are added up.
 */
export function followers(
  parts: readonly Part[],
  drafts: readonly StreamDraft[],
  names: readonly string[],
): (string | undefined)[] {
  if (drafts.every(({ content }) => content.timing?.then === undefined)) return [];
  const nameOf = new Map(drafts.map((draft, i) => [draft, names[i]]));
  const ofSource = new Map(
    parts.map((part) => {
      const local = nameStreams(part.drafts);
      return [
        part.source,
        new Map(part.drafts.map((draft, i) => [local[i] ?? '', draft.name ?? nameOf.get(draft)])),
      ];
    }),
  );
  return drafts.map(({ source, content: { timing } }) =>
    timing?.then === undefined ? undefined : (ofSource.get(source)?.get(timing.then) ?? timing.then),
  );
}
