import { setTimeout as sleep } from 'node:timers/promises';
import { currentType } from '#dm/documents.js';
import { devicesType } from '#documents/devices.js';
import { editableGroupType } from '#metadata/editable.js';
import type { Stage } from '#pipeline/pipeline.js';
import { type RunOptions, runTool, streamOf } from '#pipeline/runner.js';
import { outputDocument } from '#tool/invoke.js';
import { scopeOf } from '#volumes/identity.js';
import type { Machine } from './activate-group.js';

/**
 * This machine, by the programs that a person would type. One look at the devices serves all groups.
 *
 * @param tm options of tm activate
 * @param kernel `--kernel KERNEL`, or nothing
 */
export function thisMachine(run: RunOptions, tm: readonly string[], kernel: readonly string[]): Machine {
  const result = async (stage: Stage, input: unknown): Promise<unknown> =>
    outputDocument((await runTool(stage, input, run)).output);
  return {
    groups: async () => {
      const found = [];
      for await (const document of streamOf(['discover', 'groups'], undefined, run))
        found.push(devicesType.parse(document, 'output of discover'));
      return found;
    },
    read: async (devices) =>
      editableGroupType.parse(await result(['tm', 'read', '--degraded', devices.group.id], devices), 'output of tm'),
    current: async (group) =>
      currentType.parse(await result(['dmexec', '--dump', '--scope', scopeOf(group), ...kernel], undefined), 'output of dmexec'),
    activate: async (devices, volumes, mode) => {
      const selection = ['--keep-tables', '--activation-mode', mode, ...volumes.flatMap((v) => ['--activate', v])];
      await runTool(['tm', 'activate', '--degraded', ...tm, devices.group.id, '--', ...selection], devices, run);
    },
    now: () => performance.now(),
    sleep,
  };
}
