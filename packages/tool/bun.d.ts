/** What dvm uses of Bun where it is the runtime. */
declare module 'bun:ffi' {
  interface Signature {
    args: readonly string[];
    returns: string;
  }
  export function dlopen<const S extends Record<string, Signature>>(
    library: string,
    signatures: S,
  ): { symbols: Record<keyof S, (...values: unknown[]) => number> };
  export function ptr(buffer: Uint8Array): number;
  export function toArrayBuffer(address: number, offset: number, length: number): ArrayBuffer;
}

declare namespace Bun {
  function zstdCompress(data: Uint8Array, options: { level: number }): Promise<Buffer>;
  class CryptoHasher {
    constructor(algorithm: 'sha256');
    update(data: Uint8Array | string): this;
    digest(): Buffer;
  }
}
