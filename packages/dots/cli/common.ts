import { userInfo } from 'node:os';
import { type Call, type Command, command, type Output, Text } from '#tool/command.js';
import { fail } from '#tool/errors.js';
import type { OptionSpecs, PositionalSpec } from '#tool/options.js';
import { type DotsSettings, dotsSection, settingsOf } from '../config.js';
import { openStore } from '../open-store.js';
import type { Store } from '../store.js';
import { realHost } from '../volumes/real-host.js';

/** Flags of all commands of `dot`. */
export const storeOptions = {
  group: { type: 'string', value: 'GROUP', describe: "the group that the dots are in (default: the config's)" },
  pool: { type: 'string', value: 'POOL', describe: "the thin pool that new dots go to (default: the config's, or the only one)" },
  json: { type: 'boolean', describe: 'print a document on a terminal too' },
} as const satisfies OptionSpecs;

export const dotWordOf = { name: 'DOT', describe: '[NAMESPACE/]NAME[@BRANCH]' };

type StoreCall = Call<Pick<typeof storeOptions, 'group' | 'pool'>>;

/** The settings of the config with what the command line says instead. */
export function settingsFor(call: Pick<StoreCall, 'section' | 'options'>): DotsSettings & { group: string } {
  const settings = settingsOf(call.section(dotsSection), userName());
  const group = call.options.group ?? settings.group;
  if (group === undefined)
    throw fail('usage', 'no-group', 'nothing says which group the dots are in', {
      hint: '--group GROUP, or "dots" of the config',
    });
  return { ...settings, group, pool: call.options.pool ?? settings.pool };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'root'; // no name for the user id: an initramfs has no passwd
  }
}

export function storeOf(call: StoreCall, { group, pool, mounts, mountOptions } = settingsFor(call)): Store {
  const run = { configPath: call.configPath, trace: call.tracePath, note: call.note };
  return openStore({ group, pool, host: realHost({ mounts, mountOptions }), run });
}

/** What a command came to: a document for programs, words for people. */
export interface Told {
  document: { kind: string; version: 1 } & Record<string, unknown>;
  text: string;
}

/** A command of `dot`: a verb of the library, told in a document, or in words on a terminal. */
export function dotCommand<const S extends OptionSpecs>(
  name: string,
  summary: string,
  positionals: PositionalSpec[],
  options: S,
  run: (call: Call<S & typeof storeOptions>, store: Store, settings: DotsSettings) => Promise<Told>,
): Command {
  return command({
    name,
    summary,
    positionals,
    options: { ...storeOptions, ...options },
    run: async (plain): Promise<Output> => {
      const call = plain as unknown as Call<S & typeof storeOptions> & StoreCall;
      const settings = settingsFor(call);
      const { document, text } = await run(call, storeOf(call, settings), settings);
      return call.options.json || !call.terminal() ? document : new Text(text);
    },
  });
}
