import type { KeyObject } from 'node:crypto';
import type { FromSchema } from 'json-schema-to-ts';
import validate from '#gen/module-signature.js';
import { sha256 } from '#tool/crypto.js';
import { documentType } from '#tool/document.js';
import { fail } from '#tool/errors.js';
import { canonical } from '#tool/json.js';
import type { moduleSignatureSchema } from './signature.schema.js';

export type ModuleSignature = FromSchema<typeof moduleSignatureSchema>;
export const moduleSignatureType = /* @__PURE__ */ documentType<ModuleSignature>('module-signature', 1, validate);

/** Bytes of a module at most. */
export const largestModule = 2 ** 26;

/**
 * Signs a module under a name.
 *
 * @param pem a private key of Ed25519
 * @throws DvmError `bad-key` (exit 65)
 */
export function signModule(name: string, program: Uint8Array, pem: string): ModuleSignature {
  const { createPrivateKey, sign } = crypto();
  const key = keyOf(() => createPrivateKey(pem), 'the private key');
  const signed = { kind: 'module-signature', version: 1, name, digest: digestOf(program), size: program.length } as const;
  return moduleSignatureType.parse({ ...signed, signature: sign(null, textOf(signed), key).toString('base64') }, name);
}

/**
 * Verifies that a program is the module of a name, and that one of the keys says so.
 *
 * @param pems public keys of Ed25519, one after another
 * @throws DvmError `untrusted-module` (exit 77), `bad-key` (exit 65)
 */
export function verifyModule(name: string, program: Uint8Array, signature: ModuleSignature, pems: string): void {
  const { signature: base64, ...signed } = signature;
  const untrusted = (why: string) =>
    fail('permission', 'untrusted-module', `module "${name}" is not to be trusted: ${why}`, {
      hint: 'have it signed by one of the keys of the fleet: state module sign',
    });
  if (signed.name !== name) throw untrusted(`its signature is for a module "${signed.name}"`);
  if (signed.size !== program.length || signed.digest !== digestOf(program)) throw untrusted('it is not what was signed');
  const { verify } = crypto();
  const bytes = Buffer.from(base64, 'base64');
  if (!publicKeys(pems).some((key) => verify(null, textOf(signed), key, bytes)))
    throw untrusted('none of the keys has signed it');
}

function publicKeys(pems: string): KeyObject[] {
  const { createPublicKey } = crypto();
  const blocks = pems.match(/-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----/g) ?? [];
  if (blocks.length === 0) throw fail('badInput', 'bad-key', 'the file of keys has no public key', { hint: 'PEM, of Ed25519' });
  return blocks.map((pem) => keyOf(() => createPublicKey(pem), 'a public key'));
}

function keyOf(read: () => KeyObject, what: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = read();
  } catch (e) {
    throw fail('badInput', 'bad-key', `${what} cannot be read: ${(e as Error).message}`, { hint: 'PEM, of Ed25519', cause: e });
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw fail('badInput', 'bad-key', `${what} is of ${key.asymmetricKeyType}, not of Ed25519`, {
    hint: 'openssl genpkey -algorithm ed25519',
  });
}

function digestOf(program: Uint8Array): string {
  return `sha256:${sha256(program).toString('hex')}`;
}

function textOf(signed: Omit<ModuleSignature, 'signature'>): Buffer {
  return Buffer.from(canonical(signed));
}

/** Slow to load. */
function crypto(): typeof import('node:crypto') {
  return require('node:crypto');
}
