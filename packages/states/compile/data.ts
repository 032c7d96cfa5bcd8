import type { Json } from '#tool/json.js';
import type { StateSources } from '../documents/documents.js';
import { TemplateError } from '../template/expression.js';
import { type Node, plain } from '../template/nodes.js';
import { type Budget, isMap } from '../template/values.js';
import { dataFiles } from './files.js';
import type { Place, Problems } from './problems.js';
import { parseYaml } from './yaml.js';

type JsonMap = { [key: string]: Json };

/**
 * The data that templates see: files of the repositories, those of an earlier one over those of a later, and over all of them what
 * the sources say. Maps are merged key by key; all else is replaced. Data hold no templates.
 */
export function dataOf(sources: StateSources, problems: Problems, budget: Budget): JsonMap {
  let data: JsonMap = {};
  for (const { keys, text, ...place } of dataFiles(sources)) {
    const node = parseYaml(text, place, problems);
    const value = node && boundedValue(node, { ...place, line: 1 }, problems, budget);
    if (value === undefined) continue;
    const whole = keys.reduceRight<Json>((inner, key) => ({ [key]: inner }), value);
    if (isMap(whole)) data = mergeData(data, whole);
    else
      problems.add(
        { ...place, line: 1 },
        'bad-data',
        `"${place.file}" holds no map`,
        'write KEY: VALUE, or move it to data/KEY.yaml',
      );
  }
  return mergeData(data, sources.data as JsonMap);
}

export function boundedValue(node: Node, place: Place, problems: Problems, budget: Budget): Json | undefined {
  try {
    return plain(node, budget);
  } catch (e) {
    if (!(e instanceof TemplateError)) throw e;
    problems.add(place, e.code, e.message, e.hint);
    return undefined;
  }
}

/** Maps are merged key by key; all else is replaced. */
export function mergeData(under: JsonMap, over: JsonMap): JsonMap {
  const out: JsonMap = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = Object.hasOwn(out, key) ? out[key] : undefined;
    out[key] = isMap(value) && isMap(below) ? mergeData(below, value) : value;
  }
  return out;
}
