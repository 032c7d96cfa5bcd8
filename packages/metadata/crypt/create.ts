import { fail } from '#tool/errors.js';
import { compact } from '../compact.js';
import type { Draft } from '../draft.js';
import type { CryptSegment } from '../kinds/crypt.js';
import { keyTypes, word } from '../kinds/crypt.schema.js';
import { pushDown } from '../layers.js';
import { createVolume, type NewVolume } from '../lv-create.js';
import type { Lv } from '../metadata.js';
import { sizeOf } from '../segments.js';

export interface NewCrypt extends NewVolume {
  cipher: string;
  /** `TYPE:DESCRIPTION` of a key in the kernel's keyring. */
  key: string;
  /** Bytes. */
  keySize: number;
  sectorSize?: CryptSegment['sectorSize'] | undefined;
  discards: boolean;
}

/** The segment of an encrypted volume; undefined for any other. */
export function cryptSegment(lv: Lv | undefined): CryptSegment | undefined {
  const segment = lv?.segments[0];
  return segment?.type === 'crypt' ? segment : undefined;
}

/**
 * Creates a volume that is encrypted from the first.
 *
 * @returns notes for people
 * @throws DvmError `bad-cipher`, `bad-key`, and what `createVolume` throws
 */
export function createCrypt(draft: Draft, c: NewCrypt): string[] {
  if (!new RegExp(word).test(c.cipher) || c.cipher.length > 128)
    throw fail('usage', 'bad-cipher', `cipher "${c.cipher}" is not one word such as aes-xts-plain64`);
  const key = keyOf(c);
  const notes = createVolume(draft, c);
  const part = pushDown(draft, c.id, `${c.name}_cryptorig`, c.partIds);
  const lv = draft.lvs[c.id] as Lv;
  const segment = compact<CryptSegment>({
    ...{ start: 0, count: sizeOf(draft.lvs[part] as Lv), type: 'crypt', areas: [{ lv: part, extent: 0 }] },
    ...{ cipher: c.cipher, key },
    sectorSize: c.sectorSize === 512 ? undefined : c.sectorSize,
    discards: c.discards ? true : undefined,
  });
  draft.setLv(c.id, { ...lv, segments: [segment] });
  return notes;
}

/** @throws DvmError `bad-key` (exit 64); the message does not repeat what was given: it may be a key */
function keyOf({ key, keySize: size }: NewCrypt): CryptSegment['key'] {
  const at = key.indexOf(':');
  const [name, description] = [key.slice(0, at), key.slice(at + 1)];
  const type = keyTypes.find((t) => t === name);
  if (!type || !new RegExp(word).test(description) || description.length > 255)
    throw fail('usage', 'bad-key', `key is not given as TYPE:DESCRIPTION, with ${keyTypes.join(', ')} as TYPE`, {
      hint: 'the key itself is never given: it is put into the keyring of the kernel (keyctl padd logon dvm:data @u)',
    });
  if (size >= 1 && size <= 512) return { type, size, description };
  throw fail('usage', 'bad-key', `key size of ${size} bytes is not within 1 to 512`);
}
