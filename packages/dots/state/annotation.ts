import validate from '#gen/dot-annotation.js';
import { DvmError, fail } from '#tool/errors.js';
import { canonical, parseJson } from '#tool/json.js';
import type { Annotation } from './dot.js';

/** The key of a volume's annotations that is ours. */
export const key = 'dot';

/** As a word of `--annotate`. */
export function annotationWord(annotation: Annotation): string {
  return `${key}=${canonical(annotation)}`;
}

/**
 * What a volume's annotation says.
 *
 * @throws DvmError `bad-annotation` (exit 65)
 */
export function parseAnnotation(text: string, volume: string): Annotation {
  const value = jsonOf(text, volume);
  if (isAnnotation(value)) return value;
  throw damaged(volume, 'is none that this version knows');
}

function isAnnotation(value: unknown): value is Annotation {
  return validate(value);
}

function jsonOf(text: string, volume: string): unknown {
  try {
    return parseJson(text, volume);
  } catch (e) {
    throw e instanceof DvmError ? damaged(volume, 'is not JSON', e) : e;
  }
}

function damaged(volume: string, why: string, cause?: unknown): DvmError {
  return fail('badInput', 'bad-annotation', `annotation "${key}" of volume "${volume}" ${why}`, {
    hint: `see it: report -o +lv_annotations; take it off, and the volume is none of a dot any more: lv_set --annotate ${key}=`,
    cause,
  });
}
