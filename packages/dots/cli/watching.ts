import { type Call, type Command, command } from '#tool/command.js';
import { fail } from '#tool/errors.js';
import { parseSpan } from '#tool/time.js';
import { parseDot } from '../state/words.js';
import { watchDot } from '../verbs/watch.js';
import { dotWordOf, settingsFor, storeOf, storeOptions } from './common.js';
import { remoteOf, remoteOptions } from './remote.js';

const options = {
  ...storeOptions,
  ...remoteOptions,
  every: { type: 'string', value: 'TIME', describe: 'look this often: 10m, 1h (default: only at the end)' },
  push: { type: 'boolean', describe: 'push what is committed to the registry' },
  message: { type: 'string', alias: 'm', value: 'TEXT', default: 'dot watch', describe: 'what its commits say' },
} as const;

const shortest = 1000;

const watchCommand: Command = command({
  name: 'watch',
  summary: 'Commit a branch on a schedule, and once more when it is ended.',
  positionals: [dotWordOf],
  options,
  run: async (call) => events(call as Call<typeof options>),
});

async function* events(call: Call<typeof options>): AsyncGenerator<object> {
  const { every, message } = call.options;
  const dot = parseDot(call.positionals[0] ?? '');
  const settings = settingsFor(call);
  const store = storeOf(call, settings);
  const remote = call.options.push ? await remoteOf(store, dot, call.options) : undefined;
  const turns = turnsUntilSignalled(every === undefined ? undefined : spanOf(every));
  for await (const event of watchDot(store, { dot, author: settings.author, message, remote, next: turns }))
    yield { kind: 'dot-event', version: 1, time: new Date().toISOString(), ...event };
}

function spanOf(text: string): number {
  const span = parseSpan(text);
  if (span >= shortest) return span;
  throw fail('usage', 'bad-span', `"${text}" is too often: at least a second`);
}

/** The next turn is due `every` milliseconds after the last one was done; SIGTERM or SIGINT make it the last one, at once. */
function turnsUntilSignalled(every: number | undefined): () => Promise<boolean> {
  let ended = false;
  let wake = (): void => {};
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      ended = true;
      wake();
    });
  return async () => {
    if (!ended)
      await new Promise<void>((due) => {
        const timer = setTimeout(due, every ?? forever);
        wake = () => {
          clearTimeout(timer);
          due();
        };
      });
    return ended;
  };
}

/** The longest that a timer can wait: 24 days. A turn then finds what there is to commit, and does no harm. */
const forever = 2 ** 31 - 1;

/** The command that goes on by itself. */
export const watchCommands = [watchCommand];
