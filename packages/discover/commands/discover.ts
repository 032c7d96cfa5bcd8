import type { DeviceRange } from '#documents/layout.js';
import { regionsOf } from '#documents/regions.js';
import { type Command, command, Lines, Text, type Tool } from '#tool/command.js';
import { fail } from '#tool/errors.js';
import { parseRange } from '#tool/units.js';
import { addDevice } from '../add.js';
import { type DiscoverConfig, discoverSection } from '../config.js';
import { COPIES, parseCopies } from '../copies.js';
import { findDevices } from '../find.js';
import { listDevices, listGroups } from '../list.js';
import { probeDevice } from '../probe.js';
import { removeDevice } from '../remove.js';
import { hostWorld, type World } from '../world.js';

/** A command in a world, which is made when it runs. */
type Make = (world: () => World) => Command;

const group = { name: 'VG', describe: 'name or id of the group' };
const device = {
  name: 'DEV',
  describe: 'a block device by any of its paths (rm: also by the id of the PV), or an image file that the config names',
};
const wait = { type: 'integer', value: 'SECONDS', describe: 'wait so long for a lock', default: 0 } as const;

const find: Make = (world) =>
  command({
    name: 'find',
    summary: 'prints the devices of a group, and what is missing',
    positionals: [group],
    options: {},
    run: async ({ positionals: [vg = ''], section }) => new Lines(await findDevices(vg, section(discoverSection), world())),
  });

const add: Make = (world) =>
  command({
    name: 'add',
    summary: 'labels a device for a group; a name that no group has makes a new one',
    positionals: [
      group,
      device,
      {
        name: 'REGION',
        describe: 'where metadata is kept, START+LENGTH with units; "none" for none',
        optional: true,
        many: true,
      },
    ],
    options: {
      new: { type: 'boolean', describe: 'refuse a group that has metadata already' },
      wipe: { type: 'boolean', describe: 'destroy what is on the device, unless somebody uses it' },
      'dry-run': { type: 'boolean', describe: 'check, and say what would be done; write nothing' },
      copies: {
        type: 'string',
        value: 'N|all',
        describe: `how many devices of the group are to carry metadata (${COPIES}): further ones get no region`,
      },
      wait,
    },
    run: ({ positionals: [vg = '', path = '', ...regions], options, section }) =>
      addDevice(
        {
          group: vg,
          path,
          regions: parseRegions(regions),
          copies: parseCopies(options.copies),
          newGroup: options.new,
          wipe: options.wipe,
          dryRun: options['dry-run'],
          wait: options.wait * 1000,
        },
        section(discoverSection),
        world(),
      ),
  });

const regions: Make = (world) =>
  command({
    name: 'regions',
    summary: 'prints where the devices of a group keep its metadata, for dvm_replicate',
    positionals: [group],
    options: {},
    run: async ({ positionals: [vg = ''], section }) => {
      const { devices } = await findDevices(vg, section(discoverSection), world());
      return { kind: 'regions', version: 1, regions: regionsOf(devices) };
    },
  });

const rm: Make = (world) =>
  command({
    name: 'rm',
    summary: 'takes the label off devices that their group no longer needs',
    positionals: [group, { ...device, optional: true, many: true }],
    options: {
      all: { type: 'boolean', describe: 'all devices of the group' },
      'if-there': { type: 'boolean', describe: 'a device that is not there is no error' },
      force: { type: 'boolean', describe: 'also when the group still counts on it or the label is damaged; blanks its regions' },
      wait,
    },
    run: (call) =>
      each(call.positionals[0] ?? '', call.positionals.slice(1), call.options, call.section(discoverSection), world()),
  });

/** One label document a device, as each is done. */
async function* each(vg: string, given: string[], options: RmOptions, config: DiscoverConfig, world: World) {
  if (given.length > 0 === options.all) throw fail('usage', 'missing-argument', 'rm takes devices, or --all');
  const paths = options.all ? await pathsOf(vg, config, world) : given;
  const { force, 'if-there': ifThere } = options;
  for (const path of paths)
    yield await removeDevice({ group: vg, path, force, ifThere, wait: options.wait * 1000 }, config, world);
}

interface RmOptions {
  all: boolean;
  'if-there': boolean;
  force: boolean;
  wait: number;
}

async function pathsOf(vg: string, config: DiscoverConfig, world: World): Promise<string[]> {
  const { devices } = await findDevices(vg, config, world);
  return Object.values(devices)
    .map((d) => d.path)
    .sort();
}

const list: Make = (world) =>
  command({
    name: 'list',
    summary: 'prints all groups, the devices without a label, and why the others were passed over',
    positionals: [],
    options: {},
    run: async ({ section }) => new Lines(await listDevices(section(discoverSection), world())),
  });

const groups: Make = (world) =>
  command({
    name: 'groups',
    summary: 'prints the devices of every group, a document a line',
    positionals: [],
    options: {},
    run: ({ section }) => eachGroup(section(discoverSection), world()),
  });

const probe: Make = (world) =>
  command({
    name: 'probe',
    summary: "prints what a device's label says, for udev's rules",
    positionals: [device],
    options: {},
    run: async ({ positionals: [path = ''], exit }) => {
      const text = await probeDevice(path, world());
      if (text === undefined) exit(1);
      return new Text(text ?? '');
    },
  });

async function* eachGroup(config: DiscoverConfig, world: World) {
  yield* await listGroups(config, world);
}

function parseRegions(words: string[]): DeviceRange[] | undefined {
  if (words.length === 0) return undefined;
  if (words.length === 1 && words[0] === 'none') return [];
  if (words.includes('none')) throw fail('usage', 'bad-region', 'region "none" is given together with others');
  return words.map((w) => parseRange(w, 'region'));
}

/** @param world what it finds its devices in */
export function discoverTool(world: () => World): Tool {
  return {
    name: 'discover',
    summary: 'finds the devices of volume groups by their labels, and makes and erases labels',
    input: 'nothing',
    output:
      'find: a "devices" document, groups: one a line; add, rm: a "label" document a device; regions: a "regions" document; list: an "inventory"; probe: text',
    commands: [find, add, rm, regions, list, groups, probe].map((make) => make(world)),
    defaultCommand: 'find',
  };
}

export const tool = discoverTool(() => hostWorld());
