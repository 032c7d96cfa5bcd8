/** A message to be published. */
export interface Outgoing {
  topic: string;
  payload: string;
  retain?: boolean;
  /** The broker has taken it. */
  taken?: () => void;
}

/** Publishes one message on a connection; `taken` is called when the broker has acknowledged it, or never. */
export type Publish = (message: Outgoing, taken: () => void) => void;

/**
 * What has not been acknowledged by a broker yet, in order. A lost connection loses nothing: the next one gets all that is
 * left. What must survive the process is in the records of jobs.
 */
export class Outbox {
  readonly #left = new Set<Outgoing>();
  #publish: Publish | undefined;

  get size(): number {
    return this.#left.size;
  }

  add(message: Outgoing): void {
    this.#left.add(message);
    this.#send(message);
  }

  /** A connection is there. */
  open(publish: Publish): void {
    this.#publish = publish;
    for (const message of this.#left) this.#send(message);
  }

  /** It is gone. */
  close(): void {
    this.#publish = undefined;
  }

  #send(message: Outgoing): void {
    this.#publish?.(message, () => {
      if (this.#left.delete(message)) message.taken?.();
    });
  }
}
