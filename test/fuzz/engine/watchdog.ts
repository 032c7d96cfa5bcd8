import { Worker } from 'node:worker_threads';
import type { Json } from '#tool/json.js';

/** A run that takes longer hangs; a process that grows beyond this has lost its bounds. */
const longestRun = 20;
const mostMemory = 1536;
/** Bytes of the input's text; of a longer one the message has the beginning. */
const longestInput = 1 << 20;

/**
 * Ends this process when one run does not: code that hangs cannot be interrupted from within. The message says which
 * run it was, and its input, in the form of a finding.
 */
export class Watchdog {
  /** The number of the run, the length of its input, and how often something was told; then the input. */
  readonly #shared = new SharedArrayBuffer(12 + longestInput);
  readonly #numbers = new Int32Array(this.#shared, 0, 3);
  readonly #text = Buffer.from(this.#shared, 12);
  readonly #worker: Worker;

  /** @param what how to name the campaign: `label --seed 1` */
  constructor(what: string) {
    this.#worker = new Worker(source, { eval: true, workerData: { shared: this.#shared, what, longestRun, mostMemory } });
    this.#worker.unref();
  }

  /** To be told before each run, and each time that it is repeated. */
  enter(run: number, input: Json): void {
    this.#numbers[1] = this.#text.write(JSON.stringify(input));
    this.#numbers[0] = run;
    Atomics.add(this.#numbers, 2, 1);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

const source = `
const { workerData: { shared, what, longestRun, mostMemory } } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const numbers = new Int32Array(shared, 0, 3);
let [last, since] = [-1, Date.now()];
function die(why) {
  const input = Buffer.from(shared, 12, numbers[1]).toString();
  writeSync(2, 'fuzz: ' + what + ': run ' + numbers[0] + ' ' + why + '\\n{"why":"' + why + '","input":' + input + '}\\n');
  process.kill(process.pid, 'SIGKILL');
}
setInterval(() => {
  if (numbers[2] !== last) [last, since] = [numbers[2], Date.now()];
  if (Date.now() - since > longestRun * 1000) die('has not ended after ' + longestRun + ' s');
  if (process.memoryUsage.rss() > mostMemory * 2 ** 20) die('takes more than ' + mostMemory + ' MiB of memory');
}, 250);
`;
