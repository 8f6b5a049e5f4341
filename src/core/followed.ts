/** What a reader that is too slow may still get; beyond that the oldest is left out. */
const maxWaiting = 1_000;

/**
 * A stream of what somebody tells, for as long as it is read and none of `signals` aborts, at which it ends. `follow` is
 * called at once with where to offer things, and gives what ends that. A slow reader loses the oldest beyond 1,000.
 */
export function followed<T>(
  follow: (offer: (value: T) => void) => () => void,
  { signals }: { signals: readonly AbortSignal[] },
): ReadableStream<T> {
  const waiting: T[] = [];
  let stop = () => {};
  return new ReadableStream<T>({
    start(controller) {
      const send = () => {
        while (waiting.length > 0 && controller.desiredSize! > 0) controller.enqueue(waiting.shift()!);
      };
      const unfollow = follow((value) => {
        waiting.push(value);
        if (waiting.length > maxWaiting) waiting.shift();
        send();
      });
      const end = () => {
        stop();
        controller.close();
      };
      stop = () => {
        unfollow();
        for (const signal of signals) signal.removeEventListener("abort", end);
      };
      for (const signal of signals) signal.addEventListener("abort", end);
      if (signals.some(({ aborted }) => aborted)) end();
    },
    pull(controller) {
      while (waiting.length > 0 && controller.desiredSize! > 0) controller.enqueue(waiting.shift()!);
    },
    cancel: () => stop(),
  }, { highWaterMark: 64 });
}
