import { open } from 'node:fs/promises';

type Environment = Readonly<Record<string, string | undefined>>;

/** No terminal has this name: blessed then takes its own description of xterm. */
const UNKNOWN = 'none-of-these';
/** Magic number of terminfo files with numbers of 16 bits, the only ones that blessed reads right: term(5). */
const NARROW = 0x011a;
const FOLDERS = ['/etc/terminfo', '/lib/terminfo', '/usr/lib/terminfo', '/usr/share/terminfo'];

/**
 * The terminal that blessed should draw for: the one of TERM where its description is there and readable. All others of
 * today understand xterm's sequences, also those whose descriptions have numbers of 32 bits, which it takes for damaged.
 */
export async function terminalName({ TERM = '', TERMINFO, HOME }: Environment): Promise<string> {
  // It looks for names in lower case.
  if (!/^[a-z0-9][a-z0-9.+-]*$/.test(TERM)) return UNKNOWN;
  const folders = [TERMINFO, HOME && `${HOME}/.terminfo`, ...FOLDERS].filter((folder) => Boolean(folder));
  const letters = [TERM[0], TERM.charCodeAt(0).toString(16)];
  for (const file of folders.flatMap((folder) => letters.map((letter) => `${folder}/${letter}/${TERM}`))) {
    const magic = await magicOf(file);
    if (magic !== null) return magic === NARROW ? TERM : UNKNOWN;
  }
  return UNKNOWN;
}

/** null where there is no such file. */
async function magicOf(file: string): Promise<number | null> {
  const bytes = Buffer.alloc(2);
  try {
    const handle = await open(file);
    await handle.read(bytes, 0, bytes.length, 0).finally(() => handle.close());
    return bytes.readUInt16LE();
  } catch {
    return null;
  }
}
