import type { BackendKind } from "../core/types.ts";

/** A model server that answers on this machine. */
export interface FoundServer {
  name: string;
  kind: BackendKind;
  url: string;
  /** How many models it lists; `null` where it does not tell without a token. */
  models: number | null;
}
