import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';

const DIRECTORY = 0o040755;
const FILE = 0o100755;
const LINK = 0o120777;
const TRAILER = 'TRAILER!!!';

/** An initramfs: a cpio archive of the "newc" format (Linux, Documentation/driver-api/early-userspace/buffer-format.rst). */
export class Archive {
  private readonly fd: number;
  private readonly seen = new Set<string>(['/']);
  private inode = 0;

  constructor(file: string) {
    this.fd = openSync(file, 'w');
  }

  /** What the name was given first, it keeps. Directories on the way are made. */
  add(name: string, content: Uint8Array | string, mode = FILE): void {
    if (this.seen.has(name)) return;
    this.directory(path.dirname(name));
    this.seen.add(name);
    this.entry(name.slice(1), mode, Buffer.from(content));
  }

  addFile(name: string, file = name): void {
    if (!this.seen.has(name)) this.add(name, readFileSync(file));
  }

  addLink(name: string, target: string): void {
    this.add(name, target, LINK);
  }

  directory(name: string): void {
    if (this.seen.has(name)) return;
    this.add(name, '', DIRECTORY);
  }

  close(): void {
    this.entry(TRAILER, 0, Buffer.alloc(0));
    closeSync(this.fd);
  }

  /** Always root's, and the time is 1970: the same content is the same archive. */
  private entry(name: string, mode: number, content: Buffer): void {
    const links = mode === DIRECTORY ? 2 : 1;
    const numbers = [++this.inode, mode, 0, 0, links, 0, content.length, 0, 0, 0, 0, name.length + 1, 0];
    const head = `070701${numbers.map((number) => number.toString(16).padStart(8, '0')).join('')}${name}\0`;
    writeSync(this.fd, padded(Buffer.from(head, 'latin1')));
    writeSync(this.fd, padded(content));
  }
}

function padded(bytes: Buffer): Buffer {
  const missing = -bytes.length & 3;
  return missing === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(missing)]);
}
