import type { Tool } from '#tool/command.js';
import { compile } from '../compile/command.js';
import { module } from '../extensions/command.js';
import { fetch } from '../fetch/command.js';
import { order } from '../order/command.js';
import { run } from '../run/command.js';

export const tool: Tool = {
  name: 'state',
  summary: 'brings about what servers should look like: states in git, compiled, ordered and run',
  input:
    'fetch: nothing; compile: a "state-sources" document; order: a "states" document; run: a "state-plan" document; module: nothing',
  output:
    'fetch: a "state-sources" document; compile: a "states" document; order: a "state-plan" document, or a picture of it; run: a "state-result" document a line, and a "state-summary"; module sign: a "module-signature"',
  commands: [fetch, compile, order, run, module],
};
