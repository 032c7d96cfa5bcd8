/**
 * The keys of `now` that `before` lacks, or has with another value; of values that are objects, another object. Of maps of
 * 100,000 entries, as arrays: a walk over the map itself looks every entry up. Where the order of the keys differs more than an
 * edit makes it differ, keys are named too that have not changed.
 */
export function changedKeys(now: object, before: object): string[] {
  if (now === before) return [];
  const [keys, values]: [string[], unknown[]] = [Object.keys(now), Object.values(now)];
  const [oldKeys, oldValues]: [string[], unknown[]] = [Object.keys(before), Object.values(before)];
  const changed: string[] = [];
  let at = 0;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    if (key !== oldKeys[at] && key === oldKeys[at + 1]) at++; // one was taken out
    if (key !== oldKeys[at] || values[i] !== oldValues[at]) changed.push(key);
    if (key === oldKeys[at]) at++;
  }
  return changed;
}
