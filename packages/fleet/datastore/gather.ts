import type { Etcd } from '#etcd/client.js';
import { type Member, members } from '#etcd/cluster.js';
import type { KeyValue } from '#etcd/codec.js';
import { range } from '#etcd/kv.js';
import { DvmError } from '#tool/errors.js';
import { parseJson } from '#tool/json.js';
import { type Intent, intentType, keys, type Report, type Rules, reportType, rulesType } from './documents.js';

/** What etcd holds about the datastore itself, at one revision, and its members as of then or later. */
export interface Gathered {
  revision: number;
  rules: Rules;
  intent: Intent | undefined;
  /** Of the key `intent`; 0: there is none. */
  intentModified: number;
  actor: KeyValue | undefined;
  reports: Map<string, Report>;
  endpoints: string[];
  members: Member[];
}

/** A datastore whose rules nobody has written: three members. */
export const defaultRules: Rules = { kind: 'datastore-rules', version: 1, wanted: 3, graceMs: 1000, excluded: [] };

/**
 * Reads it all. The first read needs a quorum; the list of members, which a member tells as it knows it, is read after that, at the same
 * endpoint, and so is not older.
 *
 * @throws DvmError as `Etcd.ask`; `bad-document` a key holds something else than it should
 */
export async function gather(etcd: Etcd): Promise<Gathered> {
  const { where, revision, keys: found } = await range(etcd, keys.all);
  const byKey = new Map(found.map((k) => [k.key, k]));
  const intent = byKey.get(keys.intent);
  const rules = byKey.get(keys.rules);
  return {
    revision,
    rules: rules ? rulesType.parse(parsed(rules), rules.key) : defaultRules,
    intent: intent && intentType.parse(parsed(intent), intent.key),
    intentModified: intent?.modified ?? 0,
    actor: byKey.get(keys.actor),
    reports: reportsIn(found),
    endpoints: endpointsIn(byKey.get(keys.endpoints)),
    members: await members(etcd, where),
  };
}

/** A report that is none stands for nobody. */
function reportsIn(found: readonly KeyValue[]): Map<string, Report> {
  const reports = new Map<string, Report>();
  for (const entry of found) {
    if (!entry.key.startsWith(keys.reports)) continue;
    try {
      const report = reportType.parse(parsed(entry), entry.key);
      if (keys.report(report.node) === entry.key) reports.set(report.node, report);
    } catch (e) {
      if (!(e instanceof DvmError)) throw e;
    }
  }
  return reports;
}

function endpointsIn(entry: KeyValue | undefined): string[] {
  const value = entry && parsed(entry);
  return Array.isArray(value) ? value.filter((v) => typeof v === 'string') : [];
}

function parsed({ key, value }: KeyValue) {
  return parseJson(value, key);
}
