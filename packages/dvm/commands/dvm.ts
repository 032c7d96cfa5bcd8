import { parseCopies } from '#discover/copies.js';
import { fixedTypes } from '#metadata/kinds/fixed.schema.js';
import { allocationPolicies } from '#metadata/metadata.schema.js';
import type { Tool } from '#tool/command.js';
import { fail } from '#tool/errors.js';
import { activationVerbs } from '../activation-verbs.js';
import { cacheVerbs } from '../cache-verbs.js';
import { cloneVerbs } from '../clone-verbs.js';
import { convert } from '../convert.js';
import { cryptVerbs } from '../crypt-verbs.js';
import { groupVerbs } from '../group-verbs.js';
import { check, replay } from '../inspection.js';
import { metadataVerbs } from '../metadata-verbs.js';
import { move } from '../move.js';
import { raidOptions, raidVerbs, raidWords } from '../raid-verbs.js';
import { extendVolume, reduceVolume } from '../resize-verbs.js';
import { stateVerbs } from '../state-verbs.js';
import { thinVerbs } from '../thin-verbs.js';
import { changeOptions, passOn, refuseOptions, tmWords, verb } from '../verb.js';
import * as verbs from '../verbs.js';
import { watchVerb } from '../watch/verb.js';
import { writecacheVerbs } from '../writecache-verbs.js';

const target = { name: 'TARGET', describe: 'GROUP or GROUP/VOLUME' };
const devices = { name: 'DEVICE', describe: 'block devices', optional: true, many: true };

const sizeOptions = {
  size: { type: 'string', alias: 'L', value: 'SIZE', describe: 'size: 10G, or +1G and -1G to change it' },
  extents: { type: 'string', alias: 'l', value: 'EXTENTS', describe: 'size in extents, or 50%FREE, 100%VG' },
} as const;
const placeOptions = {
  allocation: {
    type: 'string',
    value: 'POLICY',
    choices: [...allocationPolicies, 'inherit'],
    describe: "how extents are chosen; inherit, for volumes: the group's",
  },
  stripes: { type: 'integer', alias: 'i', value: 'N', describe: 'stripe over N devices' },
} as const;
const stripeSize = {
  'stripe-size': { type: 'string', alias: 'I', value: 'SIZE', describe: 'bytes written to one device before the next' },
} as const;
const onOff = { type: 'string', value: 'on|off', choices: ['on', 'off'] } as const;
const groupOptions = {
  wipe: { type: 'boolean', describe: 'erase what is on the devices first' },
  'extent-size': { type: 'string', value: 'SIZE', describe: 'unit of allocation, a power of two (4M)' },
  copies: { type: 'string', value: 'N|all', describe: 'groups: how many devices carry the metadata (8)' },
} as const;

const minor = { type: 'string', value: 'N', describe: 'volumes: minor number of the device; none: any that is free' } as const;
/** What new volumes may be besides redundant. */
const newVolumeOptions = {
  type: { ...raidOptions.type, choices: [...raidOptions.type.choices, ...fixedTypes] },
  'read-only': { type: 'boolean', describe: 'volumes: refuse writes' },
  minor,
} as const;

const create = verb(
  'create',
  'Make a group of devices, or a volume of a group.',
  [target, devices],
  {
    ...changeOptions,
    ...sizeOptions,
    ...placeOptions,
    ...stripeSize,
    ...raidOptions,
    ...newVolumeOptions,
    ...groupOptions,
    tag: { type: 'list', value: 'TAG', describe: 'tag of the new group or volume' },
    'no-wipe': { type: 'boolean', describe: 'volumes: keep what lies where the new one begins and ends' },
  },
  (call) => {
    const { group: vg, volume } = verbs.parseTarget(call.positionals[0] ?? '');
    const rest = call.positionals.slice(1);
    const tm = tmWords(call.options);
    const ofVolumes = ['size', 'extents', 'stripes', 'stripe-size', ...raidWords, 'read-only', 'minor'];
    if (volume !== undefined) {
      refuseOptions(call.options, ['wipe', 'extent-size', 'copies'], 'groups');
      const words = [...passOn(call.options, [...ofVolumes, 'allocation', 'tag']), ...rest];
      return verbs.createVolume(vg, volume, [...tm, ...passOn(call.options, ['no-wipe'])], words);
    }
    refuseOptions(call.options, [...ofVolumes, 'no-wipe'], 'volumes');
    if (rest.length === 0) throw missingDevice(vg);
    const words = passOn(call.options, ['extent-size', 'allocation', 'tag']);
    const add = passOn(call.options, ['wipe', 'copies']);
    return verbs.createGroup(vg, { devices: rest, add, create: words, copies: parseCopies(call.options.copies) }, tm);
  },
);

const extend = verb(
  'extend',
  'Make a volume larger, or add devices to a group.',
  [target, devices],
  {
    ...changeOptions,
    ...sizeOptions,
    ...placeOptions,
    wipe: groupOptions.wipe,
    copies: groupOptions.copies,
    fs: { type: 'boolean', describe: 'volumes: its file system too, or the swap area' },
    'metadata-size': { type: 'string', value: 'SIZE', describe: 'thin pools: size of the metadata, or +1G to add to it' },
  },
  (call) => {
    const { group: vg, volume } = verbs.parseTarget(call.positionals[0] ?? '');
    const rest = call.positionals.slice(1);
    const tm = tmWords(call.options);
    const ofVolumes = ['size', 'extents', 'metadata-size', 'allocation', 'stripes'];
    if (volume === undefined) {
      refuseOptions(call.options, [...ofVolumes, 'fs'], 'volumes');
      if (rest.length === 0) throw missingDevice(vg);
      return verbs.extendGroup(vg, rest, tm, passOn(call.options, ['wipe', 'copies']));
    }
    refuseOptions(call.options, ['wipe', 'copies'], 'groups');
    const words = [...passOn(call.options, ofVolumes), ...rest];
    return extendVolume({ group: vg, volume, tm, words, fs: call.options.fs ? 'fit' : 'ignore' });
  },
);

const reduce = verb(
  'reduce',
  'Make a volume smaller, or take devices out of a group.',
  [target, devices],
  {
    ...changeOptions,
    ...sizeOptions,
    fs: { type: 'boolean', describe: 'volumes: its file system first, or the swap area' },
    force: { type: 'boolean', describe: 'volumes: do not look at what is on it, and lose what is cut off' },
    'fewer-copies': { type: 'boolean', describe: 'groups: let fewer devices carry the metadata than before' },
  },
  (call) => {
    const { group: vg, volume } = verbs.parseTarget(call.positionals[0] ?? '');
    const { fs, force } = call.options;
    const [, ...rest] = call.positionals;
    const tm = tmWords(call.options);
    if (volume === undefined) {
      refuseOptions(call.options, ['size', 'extents', 'fs', 'force'], 'volumes');
      if (rest.length === 0) throw missingDevice(vg);
      return verbs.reduceGroup(vg, rest, tm, passOn(call.options, ['fewer-copies']));
    }
    refuseOptions(call.options, ['fewer-copies'], 'groups');
    if (rest.length > 0)
      throw fail('usage', 'surplus-argument', `unexpected argument "${rest[0]}": volume "${volume}" is reduced`);
    if (fs && force) throw fail('usage', 'contradiction', '--fs and --force contradict each other');
    const words = passOn(call.options, ['size', 'extents']);
    return reduceVolume({ group: vg, volume, tm, words, fs: fs ? 'fit' : force ? 'ignore' : 'check' });
  },
);

const remove = verb('remove', 'Remove a volume and what is on it, or an empty group.', [target], changeOptions, (call) => {
  const { group: vg, volume } = verbs.parseTarget(call.positionals[0] ?? '');
  return volume === undefined
    ? verbs.removeGroup(vg, tmWords(call.options))
    : verbs.removeVolume(vg, volume, tmWords(call.options));
});

const rename = verb(
  'rename',
  'Rename a group or a volume.',
  [target, { name: 'NEW', describe: 'the new name' }],
  changeOptions,
  (call) => verbs.rename(verbs.parseTarget(call.positionals[0] ?? ''), call.positionals[1] ?? '', tmWords(call.options)),
);

const set = verb(
  'set',
  'Change tags, policy and flags of a group or volume.',
  [target],
  {
    ...changeOptions,
    'add-tag': { type: 'list', value: 'TAG', describe: 'add a tag' },
    'del-tag': { type: 'list', value: 'TAG', describe: 'take a tag away' },
    allocation: placeOptions.allocation,
    'read-only': { ...onOff, describe: 'volumes: refuse writes' },
    minor,
    hydration: { ...onOff, describe: 'clones: copy in the background' },
    'low-water': { type: 'string', value: 'SIZE|N%', describe: 'thin pools: what is left when the kernel raises an event' },
    autoactivate: { ...onOff, describe: 'brought up by activate --auto; off for a group: none of its volumes' },
  },
  (call) => {
    const { group: vg, volume } = verbs.parseTarget(call.positionals[0] ?? '');
    const tm = tmWords(call.options);
    const [ofBoth, ofVolumes] = [
      ['add-tag', 'del-tag', 'allocation', 'autoactivate'],
      ['read-only', 'minor', 'hydration'],
    ];
    if (volume !== undefined) return verbs.setVolume(vg, volume, tm, passOn(call.options, [...ofBoth, ...ofVolumes]));
    refuseOptions(call.options, ofVolumes, 'volumes');
    return verbs.setGroup(vg, tm, passOn(call.options, ofBoth));
  },
);

function missingDevice(group: string) {
  return fail('usage', 'missing-argument', `no device is named for group "${group}"`);
}

export const tool: Tool = {
  name: 'dvm',
  summary: 'Linux volumes from small programs that pass JSON: everyday verbs over their pipelines.',
  forPeople: true,
  input: 'nothing',
  output: 'what was done, in words; --json for the document, --print for the pipelines',
  commands: [
    create,
    ...stateVerbs,
    extend,
    reduce,
    rename,
    remove,
    set,
    move,
    convert,
    ...activationVerbs,
    ...raidVerbs,
    ...thinVerbs,
    ...cacheVerbs,
    ...writecacheVerbs,
    ...cryptVerbs,
    ...cloneVerbs,
    ...groupVerbs,
    ...metadataVerbs,
    watchVerb,
    check,
    replay,
  ],
};
