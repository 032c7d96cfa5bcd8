/** Types of C arguments. A `pointer` is a buffer that is read and written in place, or null; `string` ends with NUL. */
export type CType = 'int' | 'uint' | 'long' | 'ulong' | 'pointer' | 'string';
export type CValue = number | bigint | string | Uint8Array | null;

/** A C function that returns int: its result, −errno where it returned −1. */
export type CFunction = (...values: CValue[]) => number;

/** A runtime's foreign function interface, bound to the C library of this process. */
export interface Foreign {
  bind(name: string, types: readonly CType[]): CFunction;
  /** Address of a buffer's first byte, which from now on does not move. */
  address(buffer: Uint8Array): bigint;
  /** Memory that a descriptor shares (mmap(2), to read and write); it stays as long as the process. Throws where the kernel refuses. */
  map(fd: number, length: number, offset: number): ArrayBuffer;
}
