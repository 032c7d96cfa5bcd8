import { changeOptions, tmWords, verb } from './verb.js';
import * as verbs from './verbs.js';

const target = { name: 'TARGET', describe: 'GROUP or GROUP/VOLUME' };

const activate = verb(
  'activate',
  'Bring a volume up, or all of a group.',
  [target],
  {
    ...changeOptions,
    auto: { type: 'boolean', describe: 'only those not kept down by their autoactivate flag' },
    degraded: { type: 'boolean', describe: 'devices may be missing: volumes whose redundancy makes up for it come up too' },
    partial: { type: 'boolean', describe: 'devices may be missing: all volumes come up, and what lies there cannot be read' },
  },
  (call) => {
    const { auto, degraded, partial } = call.options;
    const mode = partial ? 'partial' : degraded ? 'degraded' : undefined;
    const tm = [...tmWords(call.options), ...(mode ? ['--degraded'] : [])];
    return verbs.activate(verbs.parseTarget(call.positionals[0] ?? ''), true, auto, tm, mode);
  },
);

const deactivate = verb('deactivate', 'Take a volume down, or all of a group.', [target], changeOptions, (call) =>
  verbs.activate(verbs.parseTarget(call.positionals[0] ?? ''), false, false, tmWords(call.options)),
);

/** Verbs about what is active. */
export const activationVerbs = [activate, deactivate];
