import type { Json } from '#tool/json.js';
import { boundedValue, mergeData } from '../compile/data.js';
import { Problems } from '../compile/problems.js';
import { parseYaml } from '../compile/yaml.js';
import { Budget, isMap } from '../template/values.js';

/** Data of files given by hand, YAML or JSON, a later one over an earlier. @throws DvmError `bad-states` (exit 65) */
export function readData(files: readonly { path: string; text: string }[]): { [key: string]: Json } {
  const problems = new Problems();
  const budget = new Budget();
  let data: { [key: string]: Json } = {};
  for (const { path, text } of files) {
    const place = { repository: '', file: path };
    const node = parseYaml(text, place, problems);
    const value = node && boundedValue(node, { ...place, line: 1 }, problems, budget);
    if (isMap(value)) data = mergeData(data, value);
    else if (value !== undefined) problems.add({ ...place, line: 1 }, 'bad-data', `"${path}" holds no map`, 'write KEY: VALUE');
  }
  const error = problems.error();
  if (error) throw error;
  return data;
}
