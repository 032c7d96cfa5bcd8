import { fail } from '#tool/errors.js';
import { shellWord } from '#tool/shell.js';
import type { Draft } from './draft.js';

/**
 * Agrees to a group being unmade: it has no volumes that would go with it.
 *
 * @throws DvmError `group-not-empty` (exit 83) naming them, at most ten
 */
export function removeGroup(draft: Draft): void {
  const names = Object.values(draft.lvs)
    .filter((lv) => !lv.hidden)
    .map((lv) => lv.name)
    .sort();
  if (names.length === 0) return;
  const shown = names.slice(0, 10).map((n) => `"${n}"`);
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
  throw fail('inUse', 'group-not-empty', `${draft.group} still has ${names.length} volumes: ${shown.join(', ')}${more}`, {
    hint: `remove them first: ${removal(draft, names[0] ?? '')}`,
    details: { volumes: names },
  });
}

function removal({ envelope }: Draft, volume: string): string {
  const edit = `lv_remove ${shellWord(volume)}`;
  const group = envelope && shellWord(envelope.group.name);
  return group === undefined ? edit : `discover ${group} | tm update ${group} -- ${edit}`;
}
