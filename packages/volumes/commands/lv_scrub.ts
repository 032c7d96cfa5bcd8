import { dmName } from '#documents/names.js';
import { editableGroupType, open } from '#metadata/editable.js';
import { findVolume } from '#metadata/lookup.js';
import type { Lv } from '#metadata/metadata.js';
import { raidOf } from '#metadata/raid/resize.js';
import { Lines, singleTool } from '#tool/command.js';
import { fail } from '#tool/errors.js';
import { uuidOf } from '../identity.js';

export const tool = singleTool({
  name: 'lv_scrub',
  summary: 'Prints the program by which the kernel compares all images of a raid volume.',
  input: 'a group document',
  output: 'a program for dmexec',
  positionals: [{ name: 'VOLUME', describe: 'name or id' }],
  options: {
    repair: { type: 'boolean', describe: 'write what differs anew: parity from data, copies from the first image' },
    stop: { type: 'boolean', describe: 'end a check or repair that is under way' },
  },
  run: async (call) => {
    const { repair, stop } = call.options;
    if (repair && stop) throw fail('usage', 'contradiction', '--repair and --stop contradict each other');
    const group = await call.input(editableGroupType);
    const draft = open(group);
    const id = findVolume(draft, call.positionals[0] ?? '');
    const lv = draft.lvs[id] as Lv;
    if ((raidOf(lv)?.level ?? 'raid0') === 'raid0')
      throw fail('usage', 'not-raid', `volume "${lv.name}" is not redundant: there is nothing to compare`);
    const { id: groupId, name } = group.envelope.group;
    const device = { name: dmName(name, lv.name), uuid: uuidOf(groupId, id) };
    const text = stop ? 'idle' : repair ? 'repair' : 'check';
    const instructions = [
      { op: 'message', id: device, sector: 0, text },
      { op: 'jmp-fail', to: 3 },
      { op: 'exit', code: 0 },
      { op: 'exit', code: 1 },
    ];
    return new Lines({ kind: 'program', version: 1, instructions }, 1);
  },
});
