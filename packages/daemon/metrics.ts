/** Lines of one metric in Prometheus' text format, version 0.0.4. */
export function family(
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  samples: readonly (readonly [labels: string, value: number])[],
): string[] {
  const lines = samples.map(([labels, value]) => `${name}${labels === '' ? '' : `{${labels}}`} ${value}`);
  return [`# HELP ${name} ${help}.`, `# TYPE ${name} ${type}`, ...lines];
}

/** Samples by the value of one label; values are words of ours, never what others send. */
export function labelled(label: string, counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].map(([value, count]) => [`${label}="${value}"`, count]);
}
