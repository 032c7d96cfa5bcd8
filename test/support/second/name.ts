/* Part of the second reader of labels: names as docs/formats/metadata.md says. */

const kept = ['tdata', 'tmeta', 'pmspare', 'cdata', 'cmeta', 'cvol', 'corig', 'wcorig', 'iorig', 'imeta'];
const keptToo = ['rimage', 'rmeta', 'mimage', 'mlog', 'vorigin', 'cow'];

export function isName(name: string): boolean {
  if (['', '.', '..'].includes(name) || name.startsWith('-') || /[/]|\\x/.test(name)) return false;
  if ([...name].some((c) => isControl(c.codePointAt(0) ?? 0))) return false;
  const stem = name.replace(/_?[0-9]+$/, '');
  const hidden = [...kept, ...keptToo].some((suffix) => [name, stem].some((n) => n.endsWith(`_${suffix}`)));
  return !hidden && !/^pvmove[0-9]+$/.test(name) && encodedLength(name) <= 127;
}

function isControl(code: number): boolean {
  return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code === 0x2028 || code === 0x2029;
}

function encodedLength(name: string): number {
  const length = (byte: string): number => (byte === '-' ? 2 : /[0-9A-Za-z#+.:=@_]/.test(byte) ? 1 : 4);
  return [...Buffer.from(name).toString('latin1')].reduce((sum, byte) => sum + length(byte), 0);
}
