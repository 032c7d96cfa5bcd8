import type { Tool } from '#tool/command.js';
import { module } from '../extensions/command.js';
import { run } from '../run/command.js';

export const tool: Tool = {
  name: 'state',
  summary: 'brings about what servers should look like: states in git, compiled, ordered and run',
  input: 'run: a "state-plan" document; module: nothing',
  output: 'run: a "state-result" document a line, and a "state-summary"; module sign: a "module-signature"',
  commands: [run, module],
};
