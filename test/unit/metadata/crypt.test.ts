import { findProblems } from '#metadata/check.js';
import { createCrypt, cryptSegment, type NewCrypt } from '#metadata/crypt/create.js';
import type { Draft } from '#metadata/draft.js';
import { partIdsFlag } from '#metadata/flags.js';
import { reduceVolume, renameVolume } from '#metadata/lv-edits.js';
import { extendVolume } from '#metadata/lv-extend.js';
import { assert, suite } from '#test/support/check.js';
import { draftOf, fails, lvId } from './fixtures.js';

const test = suite('encrypted volumes');

const id = lvId(900);
const usual: NewCrypt = {
  ...{ id, name: 'secret', created: '2026-01-01T00:00:00Z', tags: [], readOnly: false, autoactivate: false, pvs: [] },
  ...{ partIds: partIdsFlag(id), extents: '4', cipher: 'aes-xts-plain64', key: 'logon:dvm:secret', keySize: 64, discards: false },
};
const crypt = (draft: Draft, more: Partial<NewCrypt> = {}): string[] => createCrypt(draft, { ...usual, ...more });

test('a volume over a hidden one; of its key only what the keyring calls it', () => {
  const draft = draftOf([16]);
  crypt(draft, { sectorSize: 4096, discards: true });
  const part = draft.idOf('secret_cryptorig') ?? '';
  assert.equal(cryptSegment(draft.lvs[id]), {
    ...{ start: 0, count: 4, type: 'crypt', areas: [{ lv: part, extent: 0 }], cipher: 'aes-xts-plain64' },
    ...{ key: { type: 'logon', size: 64, description: 'dvm:secret' }, sectorSize: 4096, discards: true },
  });
  assert.equal([draft.lvs[part]?.hidden, draft.lvs[id]?.autoactivate, findProblems(draft)], [true, false, []]);
});

test('it grows with what it lies on, is renamed with it, and does not shrink', async () => {
  const draft = draftOf([16]);
  crypt(draft);
  extendVolume(draft, { volume: 'secret', extents: '+3', pvs: [] });
  assert.is(cryptSegment(draft.lvs[id])?.count, 7);
  renameVolume(draft, 'secret', 'hidden');
  assert.ok(draft.idOf('hidden_cryptorig'));
  assert.equal(findProblems(draft), []);
  await fails(() => reduceVolume(draft, 'hidden', { extents: '3' }), 'cannot-reduce', 83, 'volume "hidden" is encrypted');
});

test('refused: ciphers of several words, and keys by anything but a reference; they are not repeated', async () => {
  const bad = (more: Partial<NewCrypt>) => () => crypt(draftOf([16]), more);
  await fails(bad({ cipher: 'aes xts' }), 'bad-cipher', 64);
  for (const key of ['00ff00ff', 'logon:', 'logon:two words', 'disk:x'])
    assert.not.match((await fails(bad({ key }), 'bad-key', 64)).message, key);
  await fails(bad({ keySize: 0 }), 'bad-key', 64, 'key size of 0 bytes is not within 1 to 512');
});

test('what stands on the wrong thing is a problem', () => {
  const draft = draftOf([16]);
  crypt(draft);
  const lv = draft.lvs[id];
  const segment = cryptSegment(lv);
  if (!lv || !segment) throw new Error('there is one');
  const states = (changed: object): string[] => {
    draft.setLv(id, { ...lv, segments: [{ ...segment, ...changed }] });
    return findProblems(draft).map((p) => p.message);
  };
  assert.match(states({ count: 3 }).join(), 'has 3 extents, and what it is encrypted on 4');
  assert.match(states({ areas: [{ pv: segment.areas[0]?.lv, extent: 0 }] }).join(), 'is encrypted on what is no whole volume');
  assert.match(states({ start: 2 }).join(), 'is encrypted behind another segment');
});

test.run();
