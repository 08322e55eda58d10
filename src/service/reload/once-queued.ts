/** One run at a time; whoever asks while one is under way shares the one run after it. */

export function onceQueued<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let queued: Promise<T> | undefined;

  function begin(): Promise<T> {
    const own = run().finally(() => {
      if (running === own) running = undefined;
    });
    running = own;
    return own;
  }

  async function after(earlier: Promise<T>): Promise<T> {
    await earlier.catch(() => {});
    queued = undefined;
    return begin();
  }

  return () => {
    if (queued !== undefined) return queued;
    if (running === undefined) return begin();
    queued = after(running);
    return queued;
  };
}
