import { fail } from '#tool/errors.js';
import { annotationKey, mostAnnotations, mostAnnotationText } from './annotations.schema.js';

const pattern = new RegExp(annotationKey);

/**
 * Annotations of a volume after an edit, in order of their keys; undefined when none are left, so that nothing is stored.
 *
 * @param words `KEY=VALUE` sets, `KEY=` removes
 * @throws DvmError `bad-annotation` (exit 64)
 */
export function editAnnotations(
  now: Readonly<Record<string, string>> | undefined,
  words: readonly string[] = [],
): Record<string, string> | undefined {
  const all = new Map(Object.entries(now ?? {}));
  for (const [key, value] of words.map(parseAnnotation)) value === '' ? all.delete(key) : all.set(key, value);
  if (all.size > mostAnnotations)
    throw fail('usage', 'bad-annotation', `a volume is to have ${all.size} annotations, more than ${mostAnnotations}`);
  return all.size > 0 ? Object.fromEntries([...all].sort(([a], [b]) => (a < b ? -1 : 1))) : undefined;
}

function parseAnnotation(word: string): [key: string, value: string] {
  const at = word.indexOf('=');
  const [key, value] = [word.slice(0, at), word.slice(at + 1)];
  if (at < 0) throw fail('usage', 'bad-annotation', `annotation "${word}" is not of the form KEY=VALUE`);
  if (!pattern.test(key))
    throw fail('usage', 'bad-annotation', `key "${key}" of an annotation is not a-z and then a-z 0-9 _ . -, 64 at most`);
  if (value.length > mostAnnotationText)
    throw fail('usage', 'bad-annotation', `annotation "${key}" has ${value.length} characters, more than ${mostAnnotationText}`);
  if (!value.isWellFormed()) throw fail('usage', 'bad-annotation', `annotation "${key}" is not valid Unicode`);
  return [key, value];
}
