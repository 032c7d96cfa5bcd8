import { shellWord } from '#tool/shell.js';

/** A tool and its arguments. */
export type Stage = readonly [string, ...string[]];
/** Stages whose documents flow from left to right. */
export type Pipeline = readonly Stage[];

/** What a person would type in a shell: `discover vg | tm read vg | report vg`. */
export function shellText(pipeline: Pipeline): string {
  return pipeline.map((stage) => stage.map(shellWord).join(' ')).join(' | ');
}

/** Puts words right behind a stage's tool (and tm's command), where its options belong. */
export function withOptions(stage: Stage, words: readonly string[]): Stage {
  const [tool, ...rest] = stage;
  return [tool, ...words, ...rest];
}
