import { currentType } from '#dm/documents.js';
import { type RunOptions, runTool } from '#pipeline/runner.js';
import { type Call, command, type Output } from '#tool/command.js';
import { configSection, readConfig } from '#tool/config.js';
import { outputDocument } from '#tool/invoke.js';
import type { OptionSpecs } from '#tool/options.js';
import { configOf } from '../verb.js';
import type { WatchEvent } from './documents.js';
import { Supervisor } from './notify.js';
import { perform } from './perform.js';
import { policyOf, watchSection } from './policy.js';
import { Wakes } from './wakes.js';
import { type Machine, type Wake, watch } from './watch.js';

const options = {
  once: { type: 'boolean', describe: 'look, do what is due, and end: exit code 1 when something failed' },
  notify: { type: 'string', value: 'SOCKET', describe: 'tell a service manager there how it does: sd_notify(3)' },
} as const satisfies OptionSpecs;
type WatchCall = Call<typeof options>;

/** `dvm watch`: the daemon. */
export const watchVerb = command({
  name: 'watch',
  summary: 'Extend what runs full and repair what fails, as the config says, until it is stopped.',
  positionals: [],
  options,
  run: (call) => (call.options.once ? once(call) : events(call, new Wakes(call.note))),
});

async function once(call: WatchCall): Promise<Output> {
  const told: WatchEvent[] = [];
  for await (const event of events(call, undefined)) told.push(event);
  call.exit(told.some((e) => e.event === 'failed') ? 1 : 0);
  return each(told);
}

async function* each(told: readonly WatchEvent[]): AsyncGenerator<WatchEvent> {
  yield* told;
}

/** @param wakes undefined: one look */
async function* events(call: WatchCall, wakes: Wakes | undefined): AsyncGenerator<WatchEvent> {
  const configPath = configOf(call);
  const config = configPath === undefined ? undefined : readConfig(configPath);
  const run: RunOptions = { configPath, trace: call.tracePath, note: call.note };
  const supervisor = new Supervisor(call.options.notify);
  try {
    await wakes?.ready; // so that nothing happens between the first look and the first event
    supervisor.ready();
    yield* watch(thisMachine(run, wakes, supervisor), policyOf(configSection(config, watchSection)), wakes === undefined);
  } finally {
    supervisor.stopping();
    wakes?.close();
  }
}

function thisMachine(run: RunOptions, wakes: Wakes | undefined, supervisor: Supervisor): Machine {
  return {
    current: async () =>
      currentType.parse(
        outputDocument((await runTool(['dmexec', '--dump', '--scope', 'DVM-'], undefined, run)).output),
        'output of dmexec',
      ),
    perform: (action) => perform(action, run),
    wake: (milliseconds) => (wakes ? nextWake(wakes, supervisor, milliseconds) : Promise.resolve({ by: 'stop' })),
    now: () => performance.now(),
    time: () => new Date().toISOString(),
  };
}

/** How often a supervisor hears of a watch that waits. One that hangs in what it does tells nothing. */
const PULSE = 30_000;

async function nextWake(wakes: Wakes, supervisor: Supervisor, milliseconds: number): Promise<Wake> {
  supervisor.alive();
  const timer = setInterval(() => supervisor.alive(), PULSE);
  try {
    return await wakes.next(milliseconds);
  } finally {
    clearInterval(timer);
  }
}
