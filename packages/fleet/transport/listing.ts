import type { FromSchema } from 'json-schema-to-ts';
import validate from '#gen/members.js';
import { documentType } from '#tool/document.js';
import { fail } from '#tool/errors.js';
import { columnsOf } from '#tool/printable.js';
import type { Meta } from '../member/wire.js';
import type { membersSchema } from '../member/wire.schema.js';

export type Members = FromSchema<typeof membersSchema>;
export const membersType = documentType<Members>('members', 1, validate);

/** One line a node, this one first. */
export function membersTable({ self, members }: Members): string {
  const order = [...members].sort((a, b) => Number(b.node === self) - Number(a.node === self) || (a.node < b.node ? -1 : 1));
  const rows = order.map(({ node, status, address, incarnation, meta }) => [
    node,
    status,
    address,
    incarnation,
    Object.entries(meta)
      .map(([k, v]) => `${k}=${v}`)
      .join(' '),
  ]);
  return columnsOf(['NODE', 'STATUS', 'ADDRESS', 'INCARNATION', 'META'], rows);
}

/**
 * KEY=VALUE words as what a node tells of itself.
 *
 * @throws DvmError `bad-meta` (exit 64)
 */
export function parseMeta(words: readonly string[]): Meta {
  const meta: Record<string, string> = {};
  for (const word of words) {
    const [, key, value] = /^([a-z][a-z0-9_.-]{0,63})=([^\0]{0,512})$/s.exec(word) ?? [];
    if (key === undefined || value === undefined || key in meta)
      throw fail('usage', 'bad-meta', `"${word}" is not KEY=VALUE, or its key came before`, {
        hint: 'such as --meta role=datastore',
      });
    meta[key] = value;
  }
  if (words.length > 32) throw fail('usage', 'bad-meta', `${words.length} words of --meta: at most 32`);
  return meta;
}
