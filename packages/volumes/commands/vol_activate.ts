import { type Current, currentType, type Desired } from '#dm/documents.js';
import { type EditableGroup, editableGroupType, editableType, metadataOf, open } from '#metadata/editable.js';
import type { Metadata } from '#metadata/metadata.js';
import { type Call, Lines, singleTool } from '#tool/command.js';
import { fail } from '#tool/errors.js';
import type { OptionSpecs } from '#tool/options.js';
import { scopeOf } from '../identity.js';
import { keepTables } from '../keep-tables.js';
import { type MapOptions, mapVolumes } from '../map-volumes.js';
import { missingDevices } from '../missing.js';
import { type ActivationMode, activationModes } from '../mode.js';
import { activeIds, type Selection, select } from '../select.js';
import { beforeOf } from '../wipe.js';

const options = {
  current: { type: 'string', value: 'FILE', describe: 'start from the volumes that are active in this current document' },
  previous: { type: 'string', value: 'FILE', describe: 'with --current: and from those that this older document lacks' },
  all: { type: 'boolean', describe: 'start from every volume' },
  auto: { type: 'boolean', describe: 'start from every volume that is not kept down (autoactivate), and what is active' },
  none: { type: 'boolean', describe: 'start from no volume' },
  activate: { type: 'list', value: 'LV', describe: 'and this one: a name, id or @tag' },
  deactivate: { type: 'list', value: 'LV', describe: 'but not this one: a name, id or @tag' },
  'keep-tables': { type: 'boolean', describe: 'with --current: what is active on missing devices stays exactly as it is' },
  wipe: { type: 'boolean', describe: 'with --previous: say where the ends of volumes that it lacks lie, to be zeroed' },
  'wipe-blank': { type: 'boolean', describe: 'the same, only of what must be blank: records of raid, pools, caches' },
  'activation-mode': {
    type: 'string',
    choices: activationModes,
    default: 'complete',
    describe:
      'volumes with missing devices: none; degraded: where redundancy makes up for it; partial: also where reading will fail',
  },
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
    const current = await currentOf(call); // once: it may be a pipe
    const start = startOf(call, current);
    const group = await call.input(editableGroupType);
    const live = { upAsOrigin: originsUp(current), inUse: openDevices(current), status: statusOf(current) };
    return new Lines(desiredOf(call, group, { ...call.options, start, current, previous }, { previous, ...live }), 2);
  },
});

function desiredOf(
  { options: o, note }: Call<typeof options>,
  document: EditableGroup,
  selection: Selection,
  known: Pick<MapOptions, 'previous' | 'upAsOrigin' | 'inUse' | 'status'>,
): Desired {
  const { group } = document.envelope;
  // before vg_create and after vg_remove there is no metadata: nothing is to be active
  if (!metadataOf(document)) return { kind: 'desired', version: 1, scope: scopeOf(group.id), devices: {} };
  const draft = open(document);
  const wipe = o.wipe ? 'all' : o['wipe-blank'] ? 'blank' : undefined;
  const active = activeIds(draft, group.id, selection);
  // what is up with less than everything stays so: its mode was chosen when it came up, or its device went away since
  const mode = (id: string): ActivationMode => (active.has(id) ? 'partial' : (o['activation-mode'] as ActivationMode));
  const ids = select(draft, group.id, selection);
  for (const id of ids) if (missingDevices(draft, id).length > 0) note(`volume "${draft.lvs[id]?.name}" lies on missing devices`);
  // whoever wants everything down does not want pools to come up
  const tellPools = selection.start !== 'none';
  const before = wipe && beforeOf(known.previous ?? {});
  const mapping: MapOptions = { group, mode, before, wipe, tellPools, ...known };
  const desired = mapVolumes(draft, ids, mapping);
  const { current } = selection;
  return o['keep-tables'] && current ? keepTables(draft, active, current, desired, mapping) : desired;
}

function startOf(call: Call<typeof options>, current: Current | undefined): Selection['start'] {
  const { all, auto, none } = call.options;
  const [mode, other] = [all && ('all' as const), auto && ('auto' as const), none && ('none' as const)].filter(
    (m) => m !== false,
  );
  if (mode && other) throw fail('usage', 'contradiction', `--${mode} and --${other} contradict each other`);
  if (mode) return mode;
  if (!current)
    throw fail('usage', 'no-selection', 'nothing says which volumes are to be active', {
      hint: 'give --current FILE (what is active stays so), --all, --auto or --none',
    });
  return 'current';
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

function openDevices(current: Current | undefined): Set<string> {
  return new Set(Object.values(current?.devices ?? {}).flatMap((d) => (d.openCount > 0 ? [d.uuid] : [])));
}

function statusOf(current: Current | undefined): Map<string, string> {
  return new Map(
    Object.values(current?.devices ?? {}).flatMap((d) => d.status?.slice(0, 1).map((line) => [d.uuid, line] as const) ?? []),
  );
}

/** The volumes of the older document. */
async function previousOf(call: Call<typeof options>): Promise<Metadata['lvs'] | undefined> {
  const { previous, wipe, 'wipe-blank': blank } = call.options;
  if ((wipe || blank) && previous === undefined)
    throw fail(
      'usage',
      'no-previous',
      `option "--${wipe ? 'wipe' : 'wipe-blank'}" needs --previous FILE: what is not in there is new`,
    );
  if (previous === undefined) return undefined;
  const document = await call.file(previous, editableType);
  return document.kind === 'metadata' ? document.lvs : (metadataOf(document)?.lvs ?? {});
}
