import { fail } from './errors.js';

/**
 * All of a stream whose other end is not trusted.
 *
 * @throws DvmError `too-long` (exit 65) it is longer than `most` bytes; the rest is not read
 */
export async function bounded(stream: AsyncIterable<unknown>, most: number, name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > most) throw fail('badInput', 'too-long', `${name} is longer than ${most} bytes`);
  }
  return Buffer.concat(chunks);
}
