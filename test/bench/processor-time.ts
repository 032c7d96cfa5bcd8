import { koffiForeign } from '#blockdev/foreign-koffi.js';

/** <sys/resource.h> */
const RUSAGE_CHILDREN = -1;

/** Milliseconds of processor time that ended child programs took. struct rusage begins with user and system time: seconds and microseconds of 64 bits each. */
export function ofChildren(): number {
  const usage = Buffer.alloc(144);
  getrusage(RUSAGE_CHILDREN, usage);
  const milliseconds = (at: number): number =>
    Number(usage.readBigInt64LE(at)) * 1000 + Number(usage.readBigInt64LE(at + 8)) / 1000;
  return milliseconds(0) + milliseconds(16);
}

const getrusage = koffiForeign().bind('getrusage', ['int', 'pointer']);

/** Milliseconds of processor time that the programs run by `work` take, until they have ended: waiting does not count. */
export function processorTime(work: () => unknown): number {
  const before = ofChildren();
  work();
  return ofChildren() - before;
}
