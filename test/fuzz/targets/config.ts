import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { discoverSection, filterOf } from '#discover/config.js';
import { programsOf, tmSection } from '#tm/config.js';
import { configSection, readConfig } from '#tool/config.js';
import { parseJson } from '#tool/json.js';
import { attempt, must } from '../engine/oracle.js';
import { target } from '../engine/target.js';
import { mutateJson } from '../mutate/json.js';
import { mutateText } from '../mutate/text.js';
import { sound } from './samples.js';

const sections = [...sound('config-discover').map((discover) => ({ discover })), ...sound('config-tm').map((tm) => ({ tm }))];

/** A config file, as text. */
export const config = target<string>({
  name: 'config',
  what: 'config files and their sections',
  quick: 800,
  seeds: () => [
    ...sections.map((s) => JSON.stringify({ kind: 'config', version: 1, common: {}, ...s })),
    '{"kind":"config"}',
    '',
  ],
  mutate: (input, random, other) => {
    const document = random.chance(0.6) ? attempt(() => parseJson(String(input), 'config')) : undefined;
    if (document === undefined) return mutateText(String(input), random, String(other), ['"discover":', '"tm":', '[', '"', '\\']);
    return JSON.stringify(mutateJson(document, random, sections[random.below(sections.length)] ?? null));
  },
  run: (input) => {
    const file = fileWith(String(input));
    const read = attempt(() => readConfig(file));
    if (!read) return 'refused';
    const tm = attempt(() => configSection(read, tmSection));
    must(!tm || Object.values(programsOf(tm)).every(Array.isArray), 'every program is a list of words');
    const discover = attempt(() => configSection(read, discoverSection));
    const filter = discover && attempt(() => filterOf(discover));
    must(!filter || typeof filter(['/dev/sda', '/dev/disk/by-id/wwn-0x5000']) === 'boolean', 'a filter answers yes or no');
    return tm && filter ? 'accepted' : 'refused';
  },
});

let made: string | undefined;

/** One file a process, gone with it. */
function fileWith(text: string): string {
  if (!made) {
    const dir = mkdtempSync(join(tmpdir(), 'dvm-fuzz-'));
    process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
    made = join(dir, 'config.json');
  }
  writeFileSync(made, text, { mode: 0o600 });
  return made;
}
