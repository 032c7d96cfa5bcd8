import { fail } from '#tool/errors.js';
import type { Target } from '../documents.js';
import type { Survey } from './survey.js';

/** Which word of a table names the metadata that the target keeps in memory while it is live. */
const metadataWord: Readonly<Record<string, RegExp>> = {
  clone: /^(\S+)/,
  integrity: /(?:^| )meta_device:(\S+)/,
};

/** Targets that read their metadata again when their table comes live: another table of the same device takes over. */
const readAgain = ['integrity'];

/**
 * A second table over the metadata of a live target would not know what the first one has changed since: a clone would copy old
 * content over new, checksums would be those of other data.
 *
 * @throws DvmError `clone-active`, `integrity-active` (exit 83)
 */
export function checkExclusive(s: Survey): void {
  const live = new Map(s.devices.flatMap((d) => metadataIn(d.now?.targets).map(({ word }) => [word, d] as const)));
  for (const d of s.devices) {
    if (!d.loads) continue;
    for (const { type, word } of metadataIn(d.want?.targets)) {
      const holder = live.get(s.devOf(word.slice(1)) ?? '');
      if (!holder || (holder === d && readAgain.includes(type))) continue;
      throw fail(
        'inUse',
        `${type}-active`,
        `device "${holder.name}" is active, of type "${type}": its table cannot be switched`,
        {
          hint: 'deactivate the volume first',
        },
      );
    }
  }
}

function metadataIn(targets: readonly Target[] = []): { type: string; word: string }[] {
  return targets.flatMap(({ type, args }) => {
    const word = Object.hasOwn(metadataWord, type) ? metadataWord[type]?.exec(args)?.[1] : undefined;
    return word === undefined ? [] : [{ type, word }];
  });
}
