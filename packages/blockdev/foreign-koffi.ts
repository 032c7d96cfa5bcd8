import type { CType, Foreign } from './foreign.js';
import { mapped, mmapArguments } from './structs.js';

const types: Record<CType, string> = {
  int: 'int',
  uint: 'uint',
  long: 'long',
  ulong: 'ulong',
  pointer: 'void *',
  string: 'str',
};

/** Node's: it has none of its own, so koffi's, a native addon beside the bundles. */
export function koffiForeign(): Foreign {
  const koffi = loadKoffi();
  const self = koffi.load(null);
  return {
    bind: (name, args) => {
      const f = self.func(
        name,
        'int',
        args.map((type) => types[type]),
      );
      return (...values) => {
        const result = f(...values) as number;
        return result === -1 ? -koffi.errno() : result;
      };
    },
    address: (buffer) => koffi.address(buffer),
    map: (fd, length, offset) => {
      const mmap = self.func('mmap', 'void *', ['void *', 'ulong', 'int', 'int', 'int', 'long']);
      return koffi.view(mapped(mmap(...mmapArguments(fd, length, offset)) as bigint), length);
    },
  };
}

/**
 * The addon itself where it can be loaded, a matter of 1 ms. What the package does around it, to find out platform and C
 * library, takes 6 ms; it is left to the case that the addon for glibc is not there or does not load.
 */
export function loadKoffi(): typeof import('koffi') {
  const platform = `linux-${process.arch}`;
  try {
    return require(`@koromix/koffi-${platform}/${platform.replace('-', '_')}/koffi.node`);
  } catch {
    return require('koffi');
  }
}
