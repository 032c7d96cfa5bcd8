import { fail } from '#tool/errors.js';

/** Bytes of a volume. */
export interface DataRange {
  offset: number;
  length: number;
}
export type MappedRange = DataRange;

/** `<word a="1" b="2"/>`, one a line, as thin_delta and thin_dump print them. */
const line = /^\s*<(\/?)([a-z_]+)((?:\s+[a-z_]+="[^"]*")*)\s*\/?>\s*$/;
const attribute = /([a-z_]+)="([^"]*)"/g;

interface Element {
  name: string;
  attributes: ReadonlyMap<string, string>;
}

/**
 * Where two volumes may differ, of what thin_delta prints: all but `same`, joined where they touch.
 *
 * @throws DvmError `bad-thin-output` (badInput)
 */
export function parseDelta(text: string, chunkSize: number): DataRange[] {
  const elements = elementsOf(text, 'thin_delta');
  if (!elements.some((e) => e.name === 'diff')) throw odd('thin_delta', 'no diff is in it');
  const known = ['superblock', 'diff', 'same', 'different', 'left_only', 'right_only'];
  const ranges = elements.flatMap((e) => {
    if (!known.includes(e.name)) throw odd('thin_delta', `"${e.name}" is nothing known`);
    if (['superblock', 'diff', 'same'].includes(e.name)) return [];
    return [{ offset: number(e, 'begin') * chunkSize, length: number(e, 'length') * chunkSize }];
  });
  return joined(ranges);
}

/**
 * What of a volume is mapped, of what thin_dump prints of one device.
 *
 * @throws DvmError `bad-thin-output` (badInput)
 */
export function parseMappings(text: string, device: number, chunkSize: number): MappedRange[] {
  const elements = elementsOf(text, 'thin_dump');
  if (!elements.some((e) => e.name === 'device' && number(e, 'dev_id') === device))
    throw odd('thin_dump', `device ${device} is not in it`);
  const ranges = elements.flatMap((e) => {
    if (e.name === 'single_mapping') return [{ offset: number(e, 'origin_block') * chunkSize, length: chunkSize }];
    if (e.name !== 'range_mapping') return [];
    return [{ offset: number(e, 'origin_begin') * chunkSize, length: number(e, 'length') * chunkSize }];
  });
  return joined(ranges);
}

function elementsOf(text: string, program: string): Element[] {
  return text.split('\n').flatMap((l) => {
    if (l.trim() === '') return [];
    const [, closing, name, rest] = line.exec(l) ?? [];
    if (name === undefined) throw odd(program, `"${l.trim().slice(0, 80)}" is no element`);
    if (closing) return [];
    return [{ name, attributes: new Map([...(rest ?? '').matchAll(attribute)].map((m) => [m[1] ?? '', m[2] ?? ''])) }];
  });
}

function number({ name, attributes }: Element, key: string): number {
  const text = attributes.get(key) ?? '';
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw odd('thin-provisioning-tools', `"${key}" of "${name}" is "${text}"`);
}

/** Ascending, those that touch as one. */
function joined(ranges: readonly DataRange[]): DataRange[] {
  const out: DataRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.offset - b.offset)) {
    const last = out.at(-1);
    if (last && last.offset + last.length >= range.offset)
      last.length = Math.max(last.length, range.offset + range.length - last.offset);
    else out.push({ ...range });
  }
  return out;
}

function odd(program: string, why: string) {
  return fail('badInput', 'bad-thin-output', `${program} printed something unknown: ${why}`);
}

/** The parts of ranges that lie within a volume of that size. */
export function within(ranges: readonly DataRange[], size: number): DataRange[] {
  return ranges.flatMap(({ offset, length }) => (offset >= size ? [] : [{ offset, length: Math.min(length, size - offset) }]));
}

export function totalOf(ranges: readonly DataRange[]): number {
  return ranges.reduce((sum, r) => sum + r.length, 0);
}
