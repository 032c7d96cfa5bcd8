import type { Target } from '../documents.js';

/**
 * Takes keys out of a table as the kernel tells it: tables go into documents, documents into logs. What refers to the
 * kernel's keyring stays; digits become zeros, as dmsetup shows them.
 */
export function withoutKeys(target: Target): Target {
  if (target.type === 'crypt') return { ...target, args: target.args.replace(/^(\S+ )([0-9a-fA-F]+)(?= )/, zeros) };
  if (target.type === 'integrity')
    return {
      ...target,
      args: target.args.replace(/((?:internal_hash|journal_mac|journal_crypt):[^:\s]+:)([0-9a-fA-F]+)/g, zeros),
    };
  return target;
}

function zeros(_: string, before: string, key: string): string {
  return before + '0'.repeat(key.length);
}
