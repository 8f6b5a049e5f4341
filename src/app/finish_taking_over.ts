import { messageOf } from "../core/errors.ts";
import { MissingWatch } from "../secrets/missing_watch.ts";
import type { Ground } from "./ground.ts";

/**
 * Tries again whenever the keyring has changed, until `tryAgain` says that there is nothing more to wait for: it was
 * unlocked after the login, say. Holds a bus connection as long as that.
 */
export async function finishTakingOver(
  { clock, log, secrets }: Ground,
  tryAgain: () => Promise<"waits" | "failed" | undefined>,
): Promise<AsyncDisposable> {
  const homes = await secrets.homes();
  let last = Promise.resolve();
  let isStopped = false;
  const update = (trouble: "waits" | "failed" | undefined) => {
    if (!isStopped) watch.update({ isMissing: trouble !== undefined, hasFailed: trouble === "failed" });
  };
  const lookAgain = () => {
    last = last.then(async () => {
      if (!isStopped) update(await tryAgain());
    }).catch((error) => log.warn("The predecessor's token is not taken over", { reason: messageOf(error) }));
  };
  const watch = new MissingWatch({ clock, watchKeyring: homes.watchKeyring, lookAgain });
  update("waits");
  return {
    async [Symbol.asyncDispose]() {
      isStopped = true;
      await watch[Symbol.asyncDispose]();
      await last;
    },
  };
}
