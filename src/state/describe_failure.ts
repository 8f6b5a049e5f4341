import type { BackendConfig } from "../config/schema.ts";
import type { FailureReason } from "../core/errors.ts";

const kindNames = { ollama: "Ollama", openai: "The server", cloudtolocalllm: "The cloud proxy" } as const;

/** What a failure means, as a sentence about the user's machine (without a full stop). */
export function describeFailure(config: Readonly<BackendConfig>, reason: FailureReason): string {
  const url = new URL(config.url);
  const who = config.kind === "ollama" && config.location === "cloud" ? "Ollama Cloud" : kindNames[config.kind];
  const where = url.host;
  const words: Partial<Record<FailureReason, string>> = {
    connect_refused: `${who} is not running on ${where}`,
    connect_timeout: `${where} does not accept connections`,
    dns: `The name ${url.hostname} cannot be resolved`,
    tls: `No secure connection to ${where} could be made`,
    unreachable: `${where} cannot be reached from this network`,
    offline: "This machine is offline",
    portal: "The network asks for a login before it lets anything through",
    reset: `${where} closed the connection`,
    first_byte_timeout: `${where} took too long to begin an answer`,
    unresponsive: `${where} accepts connections but does not answer`,
    stalled: `${where} stopped in the middle of an answer`,
    incomplete: `${where} ended an answer before it was complete`,
    malformed: `${where} answered with something that is not its protocol`,
    empty: `${where} gave an empty answer`,
    too_large: `${where} sent more than can be taken`,
    backend_error: `${where} reported an error inside its answer`,
    redirect: `${where} redirects elsewhere; set its url to the final address`,
    busy: `${where} has as many requests as maxConcurrent allows`,
    ejected: `${where} failed repeatedly`,
    http_401: `${where} refuses the token`,
    http_402: `${where} asks for payment`,
    http_403: `${where} refuses the token or its plan`,
    http_404: `${where} does not have that path or model`,
    http_429: `${where} limits the number of requests`,
    no_credential: config.secret
      ? `The token is missing: set it with "cloudtolocalllm secret set ${config.secret}"`
      : `${where} asks for a token and none is named`,
    keyring_locked: "The keyring with the token is locked: unlock it",
  };
  return words[reason] ?? `${where} answers with ${reason.replace("_", " ").toUpperCase()}`;
}
