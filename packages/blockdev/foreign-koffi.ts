import type { CType, Foreign } from './foreign.js';

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
  const koffi = require('koffi') as typeof import('koffi');
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
  };
}
