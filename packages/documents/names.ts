import { fail } from '#tool/errors.js';

/** Suffixes that mark hidden layers of a volume; a user's name may not end in one, nor contain it before a number. */
const hidden =
  /^pvmove\d+$|_(tdata|tmeta|pmspare|cdata|cmeta|cvol|corig|wcorig|iorig|imeta|cryptorig|rimage|rmeta|mimage|mlog|vorigin|cow|cdest|clmeta)(_?\d+)?$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/**
 * Checks the name of a group or volume. Refused: empty, `.`, `..`, `/`, a leading hyphen, control characters, `\x`,
 * hidden suffixes, and what makes the encoded device-mapper name longer than 127 bytes.
 *
 * @throws DvmError `bad-name` (exit 64)
 */
export function checkName(name: string, what: 'group' | 'volume'): string {
  const why = nameProblem(name);
  if (why) throw fail('usage', 'bad-name', `${what} name "${name}" ${why}`);
  return name;
}

/** Names that no rule but the length can refuse: most. */
const plain = /^[0-9A-Za-z][0-9A-Za-z.]*$/;

function nameProblem(name: string): string | undefined {
  if (name.length <= 127 && plain.test(name)) return undefined;
  if (name === '') return 'is empty';
  if (name === '.' || name === '..') return 'is a directory';
  if (name.startsWith('-')) return 'starts with a hyphen';
  if (name.includes('/')) return 'contains a slash';
  if (control.test(name)) return 'contains a control character';
  if (name.includes('\\x')) return 'contains "\\x", which dmsetup takes for a byte encoded twice and then lists no device at all';
  if (!name.isWellFormed()) return 'is not valid Unicode';
  if (hidden.test(name)) return 'ends in a suffix kept for hidden volumes';
  if (mangle(name).length > 127) return 'is longer than 127 bytes once encoded';
  return undefined;
}

/**
 * The device-mapper name of a volume: hyphens doubled in each part, one between them, and bytes
 * outside `[0-9A-Za-z#+-.:=@_]` as `\xNN` (libdevmapper's mangling, so that its tools and udev agree).
 */
export function dmName(group: string, volume: string, layer?: string): string {
  const parts = layer === undefined ? [group, volume] : [group, volume, layer];
  return parts.map(mangle).join('-');
}

/** One part of a device-mapper name, encoded. */
export function mangle(part: string): string {
  if (/^[0-9A-Za-z#+.:=@_]*$/.test(part)) return part;
  let out = '';
  for (const byte of Buffer.from(part)) {
    const c = String.fromCharCode(byte);
    out += c === '-' ? '--' : /[0-9A-Za-z#+.:=@_]/.test(c) ? c : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return out;
}

/** The parts of a device-mapper name made by `dmName`; undefined when it is not of that form. */
export function splitDmName(name: string): string[] | undefined {
  const parts = name
    .replaceAll('--', '\0')
    .split('-')
    .map((p) => unmangle(p.replaceAll('\0', '-')));
  return parts.length < 2 || parts.some((p) => p === '') ? undefined : parts;
}

function unmangle(part: string): string {
  const bytes = part.replace(
    /\\x([0-9a-f]{2})|[^\\]|\\/gu,
    (m, hex: string | undefined) => hex ?? Buffer.from(m).toString('hex'),
  );
  return Buffer.from(bytes, 'hex').toString('utf8');
}
