import { dmName } from '#documents/names.js';
import { editableGroupType, open } from '#metadata/editable.js';
import { findVolume } from '#metadata/lookup.js';
import type { Lv } from '#metadata/metadata.js';
import { sizeOf } from '#metadata/segments.js';
import { singleTool } from '#tool/command.js';
import { fail } from '#tool/errors.js';
import { resizeFileSystem } from '../resize.js';

export const tool = singleTool({
  name: 'fs_resize',
  summary: "Fits the file system on a volume to the volume's size: before the volume shrinks, after it has grown.",
  input: 'a group document in which the volume has the size wanted',
  output: 'an fs-result document',
  positionals: [{ name: 'LV', describe: 'name or id of the volume' }],
  options: {
    check: { type: 'boolean', describe: 'refuse unless the file system fits as it is; change nothing' },
    'dry-run': { type: 'boolean', describe: 'say what would be done; change nothing' },
  },
  run: async (call) => {
    const { check, 'dry-run': dryRun } = call.options;
    if (check && dryRun) throw fail('usage', 'contradiction', '--check and --dry-run contradict each other');
    const group = await call.input(editableGroupType);
    const draft = open(group);
    const { name, segments } = draft.lvs[findVolume(draft, call.positionals[0] ?? '')] as Lv;
    const size = sizeOf({ name, segments }) * draft.vg.extentSize;
    const path = `/dev/mapper/${dmName(group.envelope.group.name, name)}`;
    return resizeFileSystem({ volume: name, path, size, check, dryRun });
  },
});
