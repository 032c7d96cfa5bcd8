import { discoverSection, filterOf } from '#discover/config.js';
import { currentType, desiredType, planType, programType, resultType } from '#dm/documents.js';
import { simKernelType } from '#dm/sim/state.js';
import { type Devices, devicesType } from '#documents/devices.js';
import { groupType, recordType } from '#documents/group.js';
import { checkRegions, defaultRegion, labelPlaces, layout } from '#documents/layout.js';
import { type Regions, regionsOf, regionsType } from '#documents/regions.js';
import { metadataType } from '#metadata/metadata.js';
import { openRegions, setStatus } from '#replicator/region-set.js';
import { programsOf, tmSection } from '#tm/config.js';
import { type Config, configSection } from '#tool/config.js';
import type { DocumentType } from '#tool/document.js';
import { fail } from '#tool/errors.js';
import { type Json, parseJson } from '#tool/json.js';
import { attempt, attemptAsync, must, mustRoundTrip } from '../engine/oracle.js';
import { target, type Verdict } from '../engine/target.js';
import { mutateJson } from '../mutate/json.js';
import { mutateText } from '../mutate/text.js';
import { type SampleKind, sampleKinds, sound, unsound } from './samples.js';

/** A document, as JSON or as the text of it. */
type Input = { kind: SampleKind; document?: Json; text?: string };

const types = {
  ...{ current: currentType, desired: desiredType, devices: devicesType, group: groupType, metadata: metadataType },
  ...{ plan: planType, program: programType, record: recordType, regions: regionsType, result: resultType },
  ...{ 'sim-kernel': simKernelType },
};

export const documents = target<Input>({
  name: 'documents',
  what: 'every kind of document and config section: parseJson, schema, round trip, what is read off it',
  quick: 3000,
  seeds: () => sampleKinds.flatMap((kind) => [...sound(kind), ...unsound(kind)].map((document) => ({ kind, document }))),
  mutate: (input, random, other) => {
    const { kind, document, text } = input;
    if (text !== undefined) return { kind, text: mutateText(text, random, other.text ?? JSON.stringify(other.document)) };
    if (random.chance(0.1)) return { kind, text: JSON.stringify(document) };
    return { kind, document: mutateJson(document ?? null, random, other.document ?? null) };
  },
  run: (input) => {
    const { kind, document, text } = input;
    const value = attempt(() => parseJson(text ?? JSON.stringify(document), 'input'));
    if (value === undefined) return 'refused';
    if (kind === 'config-discover' || kind === 'config-tm') return readSection(kind, value);
    return readDocument(kind, value);
  },
});

async function readDocument(kind: keyof typeof types, value: Json): Promise<Verdict> {
  const type: DocumentType<unknown> = types[kind];
  const document = attempt(() => type.parse(value, 'input'));
  if (document === undefined) return 'refused';
  mustRoundTrip(document, type);
  if (kind === 'devices') useDevices(document as Devices);
  if (kind === 'regions') await useRegions(document as Regions);
  return 'accepted';
}

function useDevices({ devices }: Devices): void {
  for (const { size, regions } of Object.values(devices)) {
    attempt(() => labelPlaces(size));
    attempt(() => checkRegions(size, regions));
    const region = attempt(() => defaultRegion(size));
    if (region) checkRegions(size, [region]);
    const area = attempt(() => layout(size, regions));
    if (!area) continue;
    must(0 < area.dataStart && area.dataStart <= area.dataEnd && area.dataEnd <= size, 'the data area lies on the device');
  }
  must(regionsOf(devices).length === Object.values(devices).reduce((n, d) => n + d.regions.length, 0), 'every region counts');
}

/** No device is there: the list is judged by itself. */
async function useRegions({ regions }: Regions): Promise<void> {
  const nowhere = async (path: string) => {
    throw fail('notFound', 'no-device', `device "${path}" is not there`);
  };
  const set = await attemptAsync(() => openRegions(nowhere, regions, { write: false }));
  must(!set || setStatus(set).every((s) => s.state === 'unreadable'), 'a region without a device cannot be read');
}

function readSection(kind: 'config-discover' | 'config-tm', value: Json): Verdict {
  if (kind === 'config-tm') {
    const tm = attempt(() => configSection({ tm: value } as Config, tmSection));
    must(!tm || Object.values(programsOf(tm)).every(Array.isArray), 'every program is a list of words');
    return tm ? 'accepted' : 'refused';
  }
  const discover = attempt(() => configSection({ discover: value } as Config, discoverSection));
  const filter = discover && attempt(() => filterOf(discover));
  if (!filter) return 'refused';
  must(typeof filter(['/dev/sda', '/dev/disk/by-id/wwn-0x5000']) === 'boolean', 'a filter answers yes or no');
  return 'accepted';
}
