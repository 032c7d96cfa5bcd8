import { command, Lines } from '#tool/command.js';
import { stateSourcesType } from '../documents/documents.js';

export const compile = command({
  name: 'compile',
  summary: 'makes pieces of states, or says all that is wrong with them',
  positionals: [
    {
      name: 'STATES',
      describe: 'names such as web.nginx; none: what the top file has for this node',
      optional: true,
      many: true,
    },
  ],
  options: {},
  run: async (call) => {
    const sources = await call.input(stateSourcesType);
    const { compile } = await import('./compile.js');
    return new Lines(await compile(sources, call.positionals), 2);
  },
});
