import type { FailureReason } from "../core/errors.ts";
import type { BackendConfig } from "../config/schema.ts";

/** What a person can do about a failure: one sentence. */
export function adviceFor(config: Readonly<BackendConfig>, reason: FailureReason): string {
  const isLocalOllama = config.kind === "ollama" && config.location === "local";
  switch (reason) {
    case "connect_refused":
      return isLocalOllama
        ? "Start it with: ollama serve (or: systemctl start ollama), or correct its url in the configuration"
        : "Start the server, or correct its url in the configuration";
    case "dns":
      return "Check the spelling of the host in its url, and the network connection";
    case "offline":
      return "Connect this machine to a network";
    case "portal":
      return "Open any web page: the network shows its login there";
    case "connect_timeout":
    case "unreachable":
    case "unresponsive":
      return "Check the network, the firewall and the port in its url; if all is well, restart the server";
    case "tls":
      return "Check whether its url should begin with http:// or https://, and its certificate";
    case "no_credential":
      return config.secret
        ? `Set it with: cloudtolocalllm secret set ${config.secret}`
        : "Name its token in secret, and set it with: cloudtolocalllm secret set NAME";
    case "keyring_locked":
      return "Unlock your desktop's keyring; the token is then read by itself";
    case "http_401":
    case "http_403":
      return config.secret
        ? `Get a new token, and set it with: cloudtolocalllm secret set ${config.secret}`
        : "Name a token in secret, and set it with: cloudtolocalllm secret set NAME";
    case "http_402":
      return "Look at the account: its credit or plan is used up";
    case "http_404":
    case "malformed":
      return config.kind === "openai"
        ? "Its url must end where /models and /chat/completions begin, mostly in /v1"
        : "Its url must be the root of the server, without /api; and kind must fit the server";
    case "redirect":
      return "Put the address that it redirects to into its url";
    case "http_429":
      return "Wait a moment, or look at the limits of the account";
    default:
      return "Look at the log of the server";
  }
}
