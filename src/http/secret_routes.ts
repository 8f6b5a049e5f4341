import type { Context } from "@hono/hono";
import { isSecretName, secretNameRule } from "../config/secret_name.ts";
import { SecretError, type SecretErrorCode } from "../state/secrets.ts";
import type { HttpContext } from "./context.ts";
import type { Route } from "./route_table.ts";
import { sentJson } from "./sent_json.ts";

/** A value of 64 KiB with each character escaped, and the rest of the object. */
const maxBytes = 2 * 65_536 + 1_024;

const statuses: Record<SecretErrorCode, number> = {
  invalid: 400,
  read_only: 409,
  needs_consent: 409,
  locked: 409,
  dismissed: 409,
  no_keyring: 503,
  failed: 503,
};

/**
 * Secrets in the control API: values go in and never come out. Errors are `{"error":{"message","code"}}`, the code that
 * of a `SecretError`.
 */
export function secretRoutes(context: HttpContext): Route[] {
  const guarded = (handler: (c: Context) => Promise<Response>) => (c: Context) => told(context, () => handler(c));
  return [
    { path: "/control/v1/secrets", methods: { GET: guarded((c) => listSecrets(context, c)) } },
    {
      path: "/control/v1/secrets/:name",
      methods: { PUT: guarded((c) => setSecret(context, c)), DELETE: guarded((c) => deleteSecret(context, c)) },
    },
    { path: "/control/v1/keyring/unlock", methods: { POST: guarded((c) => unlockKeyring(context, c)) } },
  ];
}

async function listSecrets({ secretCommands }: HttpContext, c: Context): Promise<Response> {
  const { signal } = c.req.raw;
  const [keyring, secrets] = await Promise.all([secretCommands.keyring({ signal }), secretCommands.list({ signal })]);
  return c.json({ keyring, file: secretCommands.file, secrets });
}

async function setSecret(context: HttpContext, c: Context): Promise<Response> {
  const name = nameIn(c);
  const { value, insecureFile = false, ...others } = await sentJson(context, c.req.raw, { maxBytes }) ?? {};
  if (typeof value !== "string" || typeof insecureFile !== "boolean" || Object.keys(others).length > 0) {
    throw new SecretError(
      "invalid",
      'Send {"value": TEXT}, at most 64 KiB, and "insecureFile": true to agree to the file',
    );
  }
  const { secretCommands } = context;
  const home = await secretCommands.set(name, value, { insecureFile, signal: c.req.raw.signal });
  return c.json({ name, home, file: home === "file" ? secretCommands.file : null });
}

async function deleteSecret({ secretCommands }: HttpContext, c: Context): Promise<Response> {
  const name = nameIn(c);
  if (await secretCommands.delete(name, { signal: c.req.raw.signal })) return c.json({ name, deleted: true });
  return refusal(404, { message: `No secret is called "${name}"`, code: "not_found" });
}

async function unlockKeyring({ secretCommands }: HttpContext, c: Context): Promise<Response> {
  const { signal } = c.req.raw;
  await secretCommands.unlock(signal);
  return c.json({ keyring: await secretCommands.keyring({ signal }) });
}

/** What is no name may be a token, so it is not repeated. */
function nameIn(c: Context): string {
  const name = c.req.param("name")!;
  if (!isSecretName(name)) throw new SecretError("invalid", secretNameRule);
  return name;
}

async function told({ redact }: HttpContext, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    return refusal(statuses[error.code], { message: redact(error.message), code: error.code });
  }
}

function refusal(status: number, error: { message: string; code: string }): Response {
  return Response.json({ error }, { status });
}
