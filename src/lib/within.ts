/** Resolves when what `begin` is given is called, or after so long. */
export function within(maxMs: number, begin: (done: () => void) => void): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, maxMs);
    begin(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
