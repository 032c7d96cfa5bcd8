import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail } from '#tool/errors.js';
import { backoff } from './backoff.js';
import { endLeftBehind, forget, remember } from './left-behind.js';
import type { Log } from './log.js';

/** A program that is to run as long as something needs it. */
export interface Program {
  /** For the log and for errors. */
  name: string;
  file: string;
  args: readonly string[];
  /** Working directory; also where `NAME.pid` is kept, so that one that outlived its supervisor is found. */
  directory: string;
  env?: Readonly<Record<string, string>>;
  /** Before each start: clears away what one that was killed has left. */
  before?(): void;
  /** Whether it does its work; asked again and again while it starts. May reject: that is no. */
  ready(): Promise<boolean>;
  /** Milliseconds to become ready, and to end once it is told to. */
  patience: { start: number; stop: number };
}

/** A program that runs long enough has not failed to start. */
const steady = 10_000;

const askAgain = 20;
const longestWords = 200;

/** Keeps a program running: started again when it ends, after a pause that grows with each failure in a row. */
export class Supervised {
  readonly #program: Program;
  readonly #log: Log;
  #child: ChildProcess | undefined;
  #ended: Promise<string> = Promise.resolve('');
  #lastWords = '';
  readonly #stopping = new AbortController();
  #kept: Promise<void> = Promise.resolve();
  /** How often it has been started again. */
  restarts = 0;

  constructor(program: Program, log: Log) {
    this.#program = program;
    this.#log = log;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Starts the program, and waits until it is ready. One that an earlier supervisor left behind is ended first.
   *
   * @throws DvmError `not-ready` (exit 69): it ended, or was not ready in time and has been ended; with its last words
   */
  async start(): Promise<void> {
    await endLeftBehind(this.#program.directory, this.#program.name, this.#program.patience.stop);
    await this.#launch();
    this.#kept = this.#keep();
  }

  /** Ends the program for good: asked to first, killed when it does not. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#end();
    await this.#kept;
    forget(this.#program.directory, this.#program.name);
  }

  async #launch(): Promise<void> {
    const { name, patience, before } = this.#program;
    before?.();
    this.#spawn();
    const deadline = performance.now() + patience.start;
    let state: string | undefined;
    void this.#ended.then((how) => {
      state = how;
    });
    while (state === undefined && performance.now() < deadline) {
      if (await this.#program.ready().catch(() => false)) return;
      await sleep(askAgain);
    }
    const why = state ?? `was not ready after ${patience.start} ms`;
    await this.#end();
    throw fail('unavailable', 'not-ready', `"${name}" ${why}`, {
      details: { lastWords: this.#lastWords },
    });
  }

  #spawn(): void {
    const { spawn } = require('node:child_process') as typeof import('node:child_process'); // slow to load
    const { name, file, args, directory, env = {} } = this.#program;
    // a group of its own: a signal typed at the terminal is for us, and we end it in order
    const child = spawn(file, args, { cwd: directory, env, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    this.#lastWords = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-2000);
    });
    this.#ended = new Promise((done) => {
      child.on('error', (e) => done(`did not start: ${e.message}`));
      child.on('exit', (code, signal) => {
        const state = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
        child.on('close', () => done(state)); // all that it said has come
        setTimeout(done, longestWords, state); // something that it started may hold its standard error for ever
      });
    });
    if (child.pid !== undefined) remember(directory, name, child.pid);
  }

  async #keep(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; ; ) {
      const since = performance.now();
      const state = await this.#ended;
      if (signal.aborted) return;
      failures = performance.now() - since > steady ? 1 : failures + 1;
      this.#log('error', 'program-ended', { program: this.#program.name, state, lastWords: this.#lastWords });
      await sleep(backoff(failures, Math.random()), undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      this.restarts++;
      await this.#launch().then(
        () => this.#log('info', 'program-started', { program: this.#program.name, pid: this.pid }),
        (e: Error) => this.#log('error', 'program-not-ready', { program: this.#program.name, message: e.message }),
      );
    }
  }

  async #end(): Promise<void> {
    this.#child?.kill('SIGTERM');
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), this.#program.patience.stop);
    await this.#ended;
    clearTimeout(timer);
  }
}
