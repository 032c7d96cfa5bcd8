import type { Instruction } from '../documents.js';

/** A place in a program, known once it is `place`d. */
export class Label {
  at = -1;
}

/** Builds a program with jumps to labels. */
export class Assembly {
  readonly #lines: Instruction[] = [];
  /** For each line that jumps, where to. */
  readonly #targets: (Label | undefined)[] = [];

  run(instruction: Instruction): void {
    this.#add(instruction, undefined);
  }

  jump(label: Label): void {
    this.#add({ op: 'jmp', to: 0 }, label);
  }

  jumpIfFailed(label: Label): void {
    this.#add({ op: 'jmp-fail', to: 0 }, label);
  }

  exit(code: number): void {
    this.#add({ op: 'exit', code }, undefined);
  }

  place(label: Label): void {
    label.at = this.#lines.length;
  }

  /** The program; jumps to the very next line are left out. */
  finish(): Instruction[] {
    const next = this.#nextKept();
    const address: number[] = [];
    let kept = 0;
    next.forEach((line, at) => {
      address.push(kept);
      if (line === at) kept++;
    });
    return this.#lines.flatMap((line, at) => {
      if (next[at] !== at) return [];
      const to = this.#targets[at];
      return to && (line.op === 'jmp' || line.op === 'jmp-fail') ? { op: line.op, to: address[to.at] as number } : line;
    });
  }

  /** For each line the first one from there that stays; itself when it does. */
  #nextKept(): number[] {
    const next: number[] = new Array(this.#lines.length + 1).fill(this.#lines.length);
    for (let at = this.#lines.length - 1; at >= 0; at--) {
      const to = this.#targets[at];
      const idle = to !== undefined && to.at > at && next[to.at] === next[at + 1];
      next[at] = idle ? (next[at + 1] as number) : at;
    }
    return next;
  }

  #add(line: Instruction, target: Label | undefined): void {
    this.#lines.push(line);
    this.#targets.push(target);
  }
}
