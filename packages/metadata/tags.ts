import { tags as tagsSchema } from '#documents/common.schema.js';
import { fail } from '#tool/errors.js';

const pattern = new RegExp(tagsSchema.items.pattern);

/**
 * A tag as given on the command line, with or without its `@`.
 *
 * @throws DvmError `bad-tag` (exit 64)
 */
function parseTag(text: string): string {
  const tag = text.startsWith('@') ? text.slice(1) : text;
  if (pattern.test(tag)) return tag;
  throw fail('usage', 'bad-tag', `tag "${text}" is not made of letters, digits and _+.-/=!:&#@, 1 to 1024 of them`);
}

/** Tags after an edit, sorted; undefined when none are left, so that nothing is stored. */
export function editTags(
  now: readonly string[] | undefined,
  add: readonly string[],
  del: readonly string[] = [],
): string[] | undefined {
  const gone = new Set(del.map(parseTag));
  const tags = new Set([...(now ?? []).filter((t) => !gone.has(t)), ...add.map(parseTag)]);
  return tags.size > 0 ? [...tags].sort() : undefined;
}
