/** What makes a module trusted: docs/formats/state-modules.md. */
export const moduleSignatureSchema = {
  $id: 'dvm:module-signature',
  type: 'object',
  required: ['kind', 'version', 'name', 'digest', 'size', 'signature'],
  additionalProperties: false,
  properties: {
    kind: { const: 'module-signature' },
    version: { const: 1 },
    name: { type: 'string', pattern: '^[a-z_][a-z0-9_]{0,63}$' },
    digest: { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' },
    /** Bytes. */
    size: { type: 'integer', minimum: 1, maximum: 2 ** 26 },
    /** Ed25519, base64, of the canonical text of the other keys. */
    signature: { type: 'string', pattern: '^[A-Za-z0-9+/]{86}==$' },
  },
} as const;
