import { fail } from '#tool/errors.js';
import { editAnnotations } from './annotations.js';
import { compact } from './compact.js';
import type { Draft } from './draft.js';
import type { AllocationPolicy, Lv } from './metadata.js';
import { refuseTakenMinor } from './minors.js';
import { checkVolumeName } from './names.js';
import { editTags } from './tags.js';

/** What a new volume has whatever it is made of. */
export interface NewVolumeFlags {
  id: string;
  name: string;
  /** RFC 3339. */
  created: string;
  tags: readonly string[];
  /** `KEY=VALUE`. */
  annotate?: readonly string[] | undefined;
  readOnly: boolean;
  autoactivate: boolean;
  /** Of its device; default, or `none`: the kernel chooses. */
  minor?: number | 'none' | undefined;
}

/**
 * The name of a new volume is a good one, and none of name, id and minor number is taken.
 *
 * @throws DvmError `bad-name` (exit 64), `name-taken`, `id-taken`, `minor-taken` (exit 81)
 */
export function checkNew(
  draft: Draft,
  { id, name, minor }: { id: string; name: string; minor?: number | 'none' | undefined },
): void {
  checkVolumeName(name, draft.groupName);
  if (draft.idOf(name) !== undefined) throw fail('exists', 'name-taken', `volume "${name}" already exists in ${draft.group}`);
  if (Object.hasOwn(draft.lvs, id)) throw fail('exists', 'id-taken', `id "${id}" already belongs to a volume of ${draft.group}`);
  if (typeof minor === 'number') refuseTakenMinor(draft, id, minor);
}

/**
 * A volume as it is stored: defaults are left out.
 *
 * @throws DvmError `bad-tag`, `bad-annotation` (exit 64)
 */
export function newVolume(flags: NewVolumeFlags, more: Pick<Lv, 'segments'> & { allocation?: AllocationPolicy | undefined }): Lv {
  const { name, created, tags, annotate, readOnly, autoactivate, minor } = flags;
  return compact<Lv>({
    name,
    segments: more.segments,
    created,
    allocation: more.allocation,
    tags: editTags(undefined, tags),
    annotations: editAnnotations(undefined, annotate),
    readOnly: readOnly ? true : undefined,
    autoactivate: autoactivate ? undefined : false,
    minor: minor === 'none' ? undefined : minor,
  });
}

/** The flag as groups and volumes store it. */
export function storedAutoactivate(now: false | undefined, choice: 'on' | 'off' | undefined): false | undefined {
  return choice === undefined ? now : choice === 'off' ? false : undefined;
}
