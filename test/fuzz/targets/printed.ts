import { codeRanges } from '#dm/code-range.js';
import { parseTrace, showStep, summarize } from '#dvm/replay.js';
import { samples } from '#test/fixtures/samples/trace.js';
import type { Random } from '#test/support/random.js';
import { canonical, type Json, parseJson } from '#tool/json.js';
import { programError } from '#tool/program-error.js';
import { mirrorProgress } from '#volumes/poll/mirror.js';
import { attempt, must, refusal } from '../engine/oracle.js';
import { target } from '../engine/target.js';
import type { Parts } from '../mutate/document.js';
import { mutateJson } from '../mutate/json.js';
import { mutateText } from '../mutate/text.js';
import { plain } from './samples.js';

/** What other programs and the kernel print, each with its reader, which says whether it made sense. */
const readers: Readonly<Record<string, (text: string) => boolean>> = { trace, stderr, maps, mirror };
const kinds = Object.keys(readers);

const seeds: Parts[] = [
  ...samples.valid.map((record) => ({ kind: 'trace', text: JSON.stringify(plain(record)) })),
  {
    kind: 'stderr',
    text: 'a note\n{"kind":"error","version":1,"code":"no-space","message":"full","hint":"grow","details":{"a":1}}\n',
  },
  { kind: 'maps', text: '0010-0020 r-xp 00000000 00:00 0 \n0020-0030 ---p 00000000 00:00 0 \n0040-0050 r--p 0 08:01 7 /bin/x\n' },
  { kind: 'mirror', text: '2 254:1 254:2 400/400 1 AA 1 core\n' },
];

export const printed = target<Parts>({
  name: 'printed',
  what: 'what other programs and the kernel print: traces, errors, maps, the status of mirrors',
  quick: 1500,
  seeds: () => seeds,
  mutate: ({ kind, text }, random, other) => {
    const given = String(text);
    const document = random.chance(0.6) ? attempt(() => parseJson(lastLine(given), 'line')) : undefined;
    if (document === undefined)
      return { kind: kind ?? null, text: mutateText(given, random, String(other.text), ['AA', ' 400/400 ', '---p']) };
    return { kind: kind ?? null, text: withLastLine(given, document, random) };
  },
  run: ({ kind, text }) => (kinds.includes(String(kind)) && readers[String(kind)]?.(String(text)) ? 'accepted' : 'refused'),
});

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}

function withLastLine(text: string, document: Json, random: Random): string {
  const changed = mutateJson(document, random, document);
  return `${text.slice(0, text.trimEnd().length - lastLine(text).length)}${JSON.stringify(changed)}\n`;
}

function trace(text: string): boolean {
  const record = attempt(() => parseTrace(Buffer.from(text), 'record'));
  if (!record) return false;
  must(summarize([record]).includes(record.tool), 'a summary names the tool');
  must(showStep([record], 1) !== '', 'a step can be shown');
  return true;
}

function stderr(text: string): boolean {
  const error = programError('program', { code: 82, signal: null, stderr: text });
  refusal(error);
  canonical(error.toJSON());
  must(
    [error.code, error.message].every((t) => typeof t === 'string'),
    'an error is made of words',
  );
  return error.code !== 'program-failed';
}

function maps(text: string): boolean {
  const ranges = codeRanges(text);
  for (const { start, end } of ranges) must(typeof start === 'bigint' && typeof end === 'bigint', 'a range has two ends');
  return ranges.length > 0;
}

function mirror(text: string): boolean {
  const device = { status: text.split('\n') };
  const progress = mirrorProgress(device as Parameters<typeof mirrorProgress>[0]);
  must(!progress || (progress.done >= 0 && progress.of >= 0), 'progress is a number');
  return progress !== undefined;
}
