import type { Tool } from '#tool/command.js';
import { localCommands } from '../cli/local.js';
import { mountCommands } from '../cli/mounting.js';
import { transferCommands } from '../cli/transfers.js';
import { watchCommands } from '../cli/watching.js';

export const tool: Tool = {
  name: 'dot',
  summary: 'Versioned volumes: commits, branches, forks of file systems, to and from registries.',
  forPeople: true,
  input: 'nothing',
  output: 'a document of what was done or found; words and tables on a terminal',
  commands: [...localCommands, ...mountCommands, ...transferCommands, ...watchCommands],
};
