/** The first of these signals that comes. The process lives until then: a pending promise alone would not keep it. */
export function signalled(names: readonly NodeJS.Signals[]): Promise<string> {
  const alive = setInterval(() => {}, 1 << 30);
  return new Promise((done) => {
    for (const name of names)
      process.once(name, () => {
        clearInterval(alive);
        done(name);
      });
  });
}
