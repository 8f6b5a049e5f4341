const past: Readonly<Record<string, string>> = {
  connect_refused: "was not running",
  connect_timeout: "did not accept connections",
  dns: "could not be found by its name",
  tls: "had no secure connection",
  unreachable: "could not be reached",
  reset: "closed the connection",
  first_byte_timeout: "took too long to begin",
  unresponsive: "did not answer",
  stalled: "stopped in the middle",
  incomplete: "ended too early",
  malformed: "did not speak its protocol",
  empty: "gave an empty answer",
  too_large: "sent more than can be taken",
  backend_error: "reported an error",
  redirect: "redirected elsewhere",
  busy: "had enough requests",
  ejected: "had failed repeatedly",
  no_credential: "had no token",
  keyring_locked: "had its token in a locked keyring",
  untranslatable: "does not understand such a request",
  http_401: "refused the token",
  http_402: "asked for payment",
  http_403: "refused the token or its plan",
  http_404: "did not have the model",
  http_429: "limited the number of requests",
};

/** What a backend did when an attempt at it failed, after its name: `was not running`. Takes whatever it is told. */
export function failureInThePast(reason: string): string {
  if (Object.hasOwn(past, reason)) return past[reason];
  return /^http_\d+$/.test(reason)
    ? `answered with ${reason.replace("http_", "HTTP ")}`
    : `failed (${reason.slice(0, 30)})`;
}
