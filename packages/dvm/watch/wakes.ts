import type { ChildProcess } from 'node:child_process';
import { programCommand } from '#tool/siblings.js';
import type { Wake } from './watch.js';

/** Ends a watch, as systemd and people at a terminal do. */
const ends = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** What wakes a watch: the kernel's events by a dmexec of its own, for waiting for them stops a whole process; time; signals. */
export class Wakes {
  /** Settles when no event is missed any more, or there will be none. */
  readonly ready: Promise<void>;
  readonly #child: ChildProcess;
  readonly #devices = new Set<string>();
  #stopped = false;
  #gone = false;
  #notice: () => void = () => {};
  readonly #stop = (): void => {
    this.#stopped = true;
    this.#gone = true; // a terminal signals the child too
    this.#notice();
  };

  /** @param note told, once, when the kernel's events cannot be waited for */
  constructor(note: (line: string) => void) {
    const { spawn } = require('node:child_process') as typeof import('node:child_process'); // slow to load
    const { createInterface } = require('node:readline') as typeof import('node:readline');
    const [file, ...args] = programCommand('dmexec');
    const child = spawn(file, [...args, '--events', '--scope', 'DVM-'], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    const lines = createInterface({ input: child.stdout }).on('line', (line) => this.#heard(line));
    this.ready = new Promise((done) => lines.once('line', () => done()).once('close', done));
    child.on('error', () => {});
    child.on('close', () => {
      if (!this.#gone) note('the kernel tells no events any more: only the interval is left');
    });
    for (const signal of ends) process.on(signal, this.#stop);
  }

  /** Waits until there is something to look at; what came since the last time counts. */
  async next(milliseconds: number): Promise<Wake> {
    if (!this.#stopped && this.#devices.size === 0) await this.#wait(milliseconds);
    if (this.#stopped) return { by: 'stop' };
    const devices = [...this.#devices].sort();
    this.#devices.clear();
    return devices.length > 0 ? { by: 'event', devices } : { by: 'interval' };
  }

  close(): void {
    this.#gone = true;
    for (const signal of ends) process.off(signal, this.#stop);
    this.#child.kill();
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, milliseconds);
      this.#notice = () => {
        clearTimeout(timer);
        done();
      };
    });
  }

  #heard(line: string): void {
    const { devices } = JSON.parse(line) as { devices: string[] }; // our own program's
    for (const name of devices) this.#devices.add(name);
    if (devices.length > 0) this.#notice();
  }
}
