import { command, Lines, Text } from '#tool/command.js';
import { statesType } from '../documents/documents.js';

export const order = command({
  name: 'order',
  summary: 'puts pieces in order: a plan, with the reason of all that it binds',
  positionals: [],
  options: {
    mode: {
      type: 'string',
      choices: ['justdoit', 'ansible', 'genius'],
      default: 'ansible',
      describe: 'justdoit: only requisites bind; ansible: one after another; genius: packages together, the longest path first',
    },
    format: {
      type: 'string',
      choices: ['json', 'tree', 'dot', 'html'],
      default: 'json',
      describe: 'the plan as a document, or a picture of it',
    },
  },
  run: async (call) => {
    const states = await call.input(statesType);
    const { order } = await import('./order.js');
    const { aggregatesOf } = await import('./aggregates.js');
    const plan = order(states, call.options.mode, await aggregatesOf(states.pieces));
    if (call.options.format === 'json') return new Lines(plan, 2);
    const { picture } = await import('../picture/picture.js');
    return new Text(picture(plan, call.options.format));
  },
});
