import { close, editableGroupType } from '#metadata/editable.js';
import { allocationPolicies } from '#metadata/metadata.schema.js';
import { createMetadata } from '#metadata/vg-create.js';
import { singleTool } from '#tool/command.js';
import { parseSize } from '#tool/units.js';

export const tool = singleTool({
  name: 'vg_create',
  summary: 'Makes the first metadata of a group: all its PVs, no volumes.',
  input: 'a "group" document whose metadata is {}',
  output: 'the same document with metadata, in canonical lines',
  positionals: [],
  options: {
    'extent-size': { type: 'string', value: 'SIZE', default: '4M', describe: 'a power of two from 4K to 16G' },
    allocation: {
      type: 'string',
      value: 'POLICY',
      choices: allocationPolicies,
      default: 'normal',
      describe: 'how extents are chosen',
    },
    tag: { type: 'list', value: 'TAG', describe: 'tag of the group; may be repeated' },
  },
  async run({ input, options }) {
    const group = await input(editableGroupType);
    const extentSize = parseSize(options['extent-size'], 'extent size');
    return close(group, createMetadata(group, { extentSize, allocation: options.allocation, tags: options.tag }));
  },
});
