// An XDP program that drops whatever arrives at an interface of a namespace, for as long as this lasts.
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { HostError } from '#src/errors.js';
import { lineOf } from '../test/support/pktgen.js';

const HOLDER = path.join(import.meta.dirname, 'drop-holder.js');

export class Dropper {
  private constructor(private readonly child: ChildProcess) {}

  /** Resolves when the program is attached. */
  static async start(prefix: readonly string[], name: string): Promise<Dropper> {
    const [program = '', ...args] = [...prefix, process.execPath, HOLDER, name];
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      await lineOf(child, /^attached$/m);
    } catch (error) {
      throw new HostError('NO_XDP', `no XDP program can be attached to ${name}`, { cause: error });
    }
    return new Dropper(child);
  }

  close(): void {
    this.child.stdin?.end();
  }
}
