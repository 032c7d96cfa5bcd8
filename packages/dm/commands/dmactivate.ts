import { singleTool } from '#tool/command.js';
import { fail } from '#tool/errors.js';
import { currentType, desiredType } from '../documents.js';
import { plan } from '../planner/plan.js';

export const tool = singleTool({
  name: 'dmactivate',
  summary: 'Plans how device-mapper gets from its current devices to the desired ones.',
  input: 'a current or a desired document, where - stands for it',
  output: 'a plan: the programs for both phases and the way back',
  positionals: [
    { name: 'CURRENT', describe: 'the devices that exist (dmexec --dump); - is standard input' },
    { name: 'DESIRED', describe: 'the devices that should exist (vol_activate); - is standard input' },
  ],
  options: {},
  run: async (call) => {
    const [current = '-', desired = '-'] = call.positionals;
    if (current === '-' && desired === '-')
      throw fail('usage', 'one-standard-input', 'CURRENT and DESIRED cannot both be standard input', {
        hint: 'save one of them',
      });
    return plan(await call.file(current, currentType), await call.file(desired, desiredType));
  },
});
