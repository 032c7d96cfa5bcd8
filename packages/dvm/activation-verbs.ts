import { command } from '#tool/command.js';
import { fail } from '#tool/errors.js';
import { type ActivateCall, activateOptions, bringUpAll, tmWordsOf } from './boot/verb.js';
import { changeOptions, tmWords, verb } from './verb.js';
import * as verbs from './verbs.js';

const target = { name: 'TARGET', describe: 'GROUP or GROUP/VOLUME' };

const one = verb('activate', 'Bring up a volume, all of a group, or of all groups.', [target], activateOptions, (call) => {
  const { auto, degraded, partial, only } = call.options;
  if (only.length > 0) throw fail('usage', 'bad-option', 'option "--only" is for --all');
  const mode = partial ? 'partial' : degraded ? 'degraded' : undefined;
  const words = [...tmWordsOf(call.options), ...(mode ? ['--degraded'] : [])];
  return verbs.activate(verbs.parseTarget(call.positionals[0] ?? ''), true, auto, words, mode);
});

const activate = command({
  ...one,
  positionals: [{ ...target, optional: true }],
  run: (call) => (call.options.all ? bringUpAll(call as unknown as ActivateCall) : one.run(call)),
});

const deactivate = verb('deactivate', 'Take a volume down, or all of a group.', [target], changeOptions, (call) =>
  verbs.activate(verbs.parseTarget(call.positionals[0] ?? ''), false, false, tmWords(call.options)),
);

/** Verbs about what is active. */
export const activationVerbs = [activate, deactivate];
