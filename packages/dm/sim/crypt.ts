import { refused } from '../errno.js';
import { sectors } from './numbers.js';
import type { TargetType } from './targets.js';

const options =
  /^(allow_discards|same_cpu_crypt|submit_from_crypt_cpus|no_read_workqueue|no_write_workqueue|iv_large_sectors|sector_size:(512|1024|2048|4096))$/;

/**
 * `CIPHER KEY IV-OFFSET DEV OFFSET [N OPTION…]`, as drivers/md/dm-crypt.c reads it; keys by reference alone. Every key is there but
 * one that is described as `absent`.
 */
export const crypt: TargetType = {
  load([cipher, key, iv, dev, offset, n = '0', ...more], size, lookup) {
    if (cipher === undefined || key === undefined || dev === undefined || offset === undefined)
      throw refused('EINVAL', 'crypt takes a cipher, a key, an offset, a device and a sector');
    if (!/^[a-z0-9]+-[a-z0-9]+-[a-z0-9:]+$/.test(cipher)) throw refused('EINVAL', `cipher "${cipher}" is not known`);
    if (!/^:\d+:(logon|user|encrypted|trusted):\S+$/.test(key)) throw refused('EINVAL', 'the key is no reference to a keyring');
    if (key.endsWith(':absent')) throw refused('ENOKEY', 'the key is not in the keyring');
    const uses = [{ dev: lookup(dev), start: sectors(offset), length: size }];
    if (sectors(n) !== more.length || more.some((o) => !options.test(o)))
      throw refused('EINVAL', `options "${more.join(' ')}" are not known`);
    const tail = more.length > 0 ? [n, ...more] : [];
    return { args: [cipher, key, sectors(iv), uses[0]?.dev, offset, ...tail].join(' '), uses };
  },
  status: () => '',
};
