import type { MessageFields } from "./message.ts";
import { theBus } from "./names.ts";
import type { CallEnd } from "./pending_calls.ts";
import type { Value } from "./types.ts";

export const busPath = "/org/freedesktop/DBus";

/** What asks something of the bus itself. */
export interface BusLine {
  call(fields: MessageFields & { destination: string }, end: CallEnd): void;
  send(fields: MessageFields): void;
  /** Told what a listener threw. */
  onError(error: unknown): void;
}

/** A method call to the bus. */
export function busCall(member: string, signature = "", body: readonly Value[] = []) {
  return { type: 1, path: busPath, interface: theBus, member, destination: theBus, signature, body };
}

/** Calls a listener. What it throws, also later, is its own affair and not that of the others. */
export function tell(call: () => unknown, onError: (error: unknown) => void): void {
  try {
    const result = call();
    if (result instanceof Promise) result.catch(onError);
  } catch (error) {
    onError(error);
  }
}
