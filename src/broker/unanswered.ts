import type { LinkedAbort } from "../core/abort.ts";
import type { Policy } from "../state/app_state.ts";

/** Why a request was ended before its answer began: the mode or a rule of privacy does not allow its backend any more. */
export class NotAllowed extends Error {
  override readonly name = "NotAllowed";
}

/** One for all: an error takes its stack. */
const notAllowed = new NotAllowed("The mode or a rule of privacy does not allow this backend any more");

/** What is on its way to a backend. */
export interface Sent {
  isAllowed: (policy: Policy) => boolean;
  abort: LinkedAbort;
}

/**
 * What was sent to backends and has no answer yet. Who forbids the cloud means that too: {@linkcode enforce}, called
 * whenever the mode or a rule changes, aborts at once what it forbids, with {@linkcode NotAllowed} as the reason.
 */
export class Unanswered {
  readonly #policy: () => Policy;
  readonly #sent = new Set<Sent>();

  constructor(policy: () => Policy) {
    this.#policy = policy;
  }

  /** To be called before it is sent; the returned function says that the answer has begun or will not come. */
  add(sent: Sent): () => void {
    if (!sent.isAllowed(this.#policy())) {
      sent.abort.abort(notAllowed);
      return () => {};
    }
    this.#sent.add(sent);
    return () => void this.#sent.delete(sent);
  }

  enforce(): void {
    const policy = this.#policy();
    for (const sent of [...this.#sent]) if (!sent.isAllowed(policy)) sent.abort.abort(notAllowed);
  }
}
