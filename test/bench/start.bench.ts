import { readdirSync } from 'node:fs';
import { must, type Peer, type Side, sideBySide } from './figure.js';
import { processorTime } from './processor-time.js';
import { runtimes } from './runtime.js';

/** Milliseconds that a tool may take longer to start than Node itself. */
const allowance = 20;

const bareNode: Peer = {
  name: 'node -e 0',
  goal: (peer) => (peer + allowance) / peer,
  run: () => processorTime(() => must([process.execPath, '-e', '0'])),
};

/**
 * Start of every tool beside bare Node: what the frame and the bundle cost, in processor time, which on an idle machine is
 * the time that passes, and on a busy one still tells a few milliseconds apart.
 */
const tools = readdirSync('bin').sort();
for (const runtime of runtimes()) {
  const sides = tools.map((tool): [string, Side] => [
    `start ${tool}, ${runtime.name}`,
    () => processorTime(() => must(runtime.command(tool, ['--version']))),
  ]);
  sideBySide(Object.fromEntries(sides), [bareNode], { count: 9 });
}
