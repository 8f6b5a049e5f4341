import { createBackend } from "../backends/create.ts";
import type { BackendConfig } from "../config/schema.ts";
import { secretValue } from "../config/secret_value.ts";
import { messageOf, RequestError } from "../core/errors.ts";
import { testConnection } from "../health/test_connection.ts";
import type { UnsavedTestOptions } from "../state/commands.ts";
import type { ConnectionTest } from "../state/connection_report.ts";
import type { Ground } from "./ground.ts";

/** What such a test needs of the daemon. */
export interface TestGround extends Pick<Ground, "clock" | "redaction"> {
  secrets: Pick<Ground["secrets"], "demand">;
}

/**
 * Tests a connection that is not set up, by an adapter of its own that goes with the test. A token that is given is kept
 * out of the log and of every answer as long as that lasts, and then forgotten.
 */
export async function testUnsaved(
  config: BackendConfig,
  { token, ground, ...options }: UnsavedTestOptions & { ground: TestGround },
): Promise<ConnectionTest> {
  const { clock, secrets, redaction } = ground;
  const given = givenToken(token);
  // Who gives a token has one, also where the settings do not name it yet.
  const tested = given === undefined ? config : { ...config, secret: config.secret ?? config.id };
  const backend = createBackend(tested, { clock, secrets: given === undefined ? secrets.demand : () => given });
  if (given !== undefined) redaction.add(given);
  try {
    return await testConnection(backend, { ...options, clock, redact: redaction.redact });
  } finally {
    backend.close();
    if (given !== undefined) redaction.remove(given);
  }
}

function givenToken(token: string | undefined): string | undefined {
  try {
    return secretValue(token ?? "", "the token");
  } catch (error) {
    throw new RequestError(400, messageOf(error));
  }
}
