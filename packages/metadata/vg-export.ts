import { fail } from '#tool/errors.js';
import { compact } from './compact.js';
import type { Draft } from './draft.js';
import type { Metadata } from './metadata.js';

/** Takes the group out of use: nothing of it is activated or edited until it is imported. */
export function exportGroup(draft: Draft): string[] {
  if (draft.vg.exported) return [`${draft.group} is exported already`];
  draft.setVg({ ...draft.vg, exported: true });
  return [];
}

/** Takes an exported group into use again. */
export function importGroup(draft: Draft): string[] {
  if (!draft.vg.exported) return [`${draft.group} is not exported`];
  draft.setVg(compact<Metadata['vg']>({ ...draft.vg, exported: undefined }));
  return [];
}

/** @throws DvmError `exported` (exit 83) */
export function refuseExported({ vg, group }: Draft): void {
  if (vg.exported) throw fail('inUse', 'exported', `${group} is exported`, { hint: 'vg_import takes it into use again' });
}
