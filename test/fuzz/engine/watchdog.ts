import { Worker } from 'node:worker_threads';

/** A run that takes longer hangs; a process that grows beyond this has lost its bounds. */
const longestRun = 20;
const mostMemory = 1536;

/**
 * Ends this process when one run does not: code that hangs cannot be interrupted from within. The message says which
 * run it was, so that it can be had by `--show`.
 */
export class Watchdog {
  readonly #shared = new Int32Array(new SharedArrayBuffer(8));
  readonly #worker: Worker;

  /** @param what how to name the campaign: `label --seed 1` */
  constructor(what: string) {
    this.#worker = new Worker(source, { eval: true, workerData: { shared: this.#shared, what, longestRun, mostMemory } });
    this.#worker.unref();
  }

  /** To be told before each run. */
  enter(run: number): void {
    this.#shared[0] = run;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

const source = `
const { workerData: { shared, what, longestRun, mostMemory } } = require('node:worker_threads');
const { writeSync } = require('node:fs');
let [last, since] = [-1, Date.now()];
function die(why) {
  writeSync(2, 'fuzz: ' + what + ': run ' + shared[0] + ' ' + why + '; see it with --show ' + shared[0] + '\\n');
  process.kill(process.pid, 'SIGKILL');
}
setInterval(() => {
  if (shared[0] !== last) [last, since] = [shared[0], Date.now()];
  if (Date.now() - since > longestRun * 1000) die('has not ended after ' + longestRun + ' s');
  if (process.memoryUsage.rss() > mostMemory * 2 ** 20) die('takes more than ' + mostMemory + ' MiB of memory');
}, 250);
`;
