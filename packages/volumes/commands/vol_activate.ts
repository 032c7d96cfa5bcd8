import { type Current, currentType, type Desired } from '#dm/documents.js';
import { type EditableGroup, editableGroupType, editableType, metadataOf, open } from '#metadata/editable.js';
import type { Metadata } from '#metadata/metadata.js';
import { type Call, Lines, singleTool } from '#tool/command.js';
import { fail } from '#tool/errors.js';
import type { OptionSpecs } from '#tool/options.js';
import { scopeOf } from '../identity.js';
import { type MapOptions, mapVolumes } from '../map-volumes.js';
import { type Selection, select } from '../select.js';
import { beforeOf } from '../wipe.js';

const options = {
  current: { type: 'string', value: 'FILE', describe: 'start from the volumes that are active in this current document' },
  previous: { type: 'string', value: 'FILE', describe: 'with --current: and from those that this older document lacks' },
  all: { type: 'boolean', describe: 'start from every volume' },
  auto: { type: 'boolean', describe: 'start from every volume that is not kept down (autoactivate)' },
  none: { type: 'boolean', describe: 'start from no volume' },
  activate: { type: 'list', value: 'LV', describe: 'and this one: a name, id or @tag' },
  deactivate: { type: 'list', value: 'LV', describe: 'but not this one: a name, id or @tag' },
  wipe: { type: 'boolean', describe: 'with --previous: say where the ends of volumes that it lacks lie, to be zeroed' },
  partial: { type: 'boolean', describe: 'map volumes with missing devices too; what lies there cannot be read' },
} as const satisfies OptionSpecs;

export const tool = singleTool({
  name: 'vol_activate',
  summary: 'Turns a group and a selection of its volumes into the device-mapper devices that should exist.',
  input: 'a group document',
  output: 'a desired document',
  positionals: [],
  options,
  run: async (call) => {
    const previous = await previousOf(call);
    const start = await startOf(call, previous);
    const group = await call.input(editableGroupType);
    const { partial, wipe } = call.options;
    const before = wipe ? beforeOf(previous ?? {}) : undefined;
    const upAsOrigin = originsUp(await currentOf(call));
    // whoever wants everything down does not want pools to come up
    const tellPools = start !== 'none';
    return new Lines(desiredOf(group, { ...call.options, start }, { partial, before, previous, tellPools, upAsOrigin }), 2);
  },
});

function desiredOf(document: EditableGroup, selection: Selection, options: Omit<MapOptions, 'group'>): Desired {
  const { group } = document.envelope;
  // before vg_create and after vg_remove there is no metadata: nothing is to be active
  if (!metadataOf(document)) return { kind: 'desired', version: 1, scope: scopeOf(group.id), devices: {} };
  const draft = open(document);
  return mapVolumes(draft, select(draft, group.id, selection), { group, ...options });
}

async function startOf(call: Call<typeof options>, previous: Metadata['lvs'] | undefined): Promise<Selection['start']> {
  const { all, auto, none } = call.options;
  const [mode, other] = [all && ('all' as const), auto && ('auto' as const), none && ('none' as const)].filter(
    (m) => m !== false,
  );
  if (mode && other) throw fail('usage', 'contradiction', `--${mode} and --${other} contradict each other`);
  if (mode) return mode;
  const now = await currentOf(call);
  if (!now)
    throw fail('usage', 'no-selection', 'nothing says which volumes are to be active', {
      hint: 'give --current FILE (what is active stays so), --all, --auto or --none',
    });
  return { current: now, previous };
}

async function currentOf(call: Call<typeof options>): Promise<Current | undefined> {
  const { current } = call.options;
  return current === undefined ? undefined : call.file(current, currentType);
}

/** The devices that are active as origins of thick snapshots. */
function originsUp(current: Current | undefined): Set<string> {
  const devices = Object.values(current?.devices ?? {});
  return new Set(devices.filter((d) => d.targets.some((t) => t.type === 'snapshot-origin')).map((d) => d.uuid));
}

/** The volumes of the older document. */
async function previousOf(call: Call<typeof options>): Promise<Metadata['lvs'] | undefined> {
  const { previous, wipe } = call.options;
  if (wipe && previous === undefined)
    throw fail('usage', 'no-previous', 'option "--wipe" needs --previous FILE: what is not in there is new');
  if (previous === undefined) return undefined;
  const document = await call.file(previous, editableType);
  return document.kind === 'metadata' ? document.lvs : (metadataOf(document)?.lvs ?? {});
}
