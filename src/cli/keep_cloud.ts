import type { SetupMachine } from "../app/setup.ts";
import type { Io } from "./io.ts";
import type { Questions } from "./questions.ts";
import { openSecrets, type SecretsAccess } from "./secrets_access.ts";
import { addBackend, type NewCloud } from "./setup_cloud.ts";
import { terminalLine } from "./terminal_text.ts";

interface Parts {
  questions: Questions;
  machine: SetupMachine;
}

/**
 * Keeps the token, then the connection that names it: both, or neither. Signals wait meanwhile. `false`: the user does
 * not want the token in a file, and there is no keyring.
 */
export async function keepCloud(io: Io, { config, token }: NewCloud, { questions, machine }: Parts): Promise<boolean> {
  await using secrets = await openSecrets(io);
  const isNew = !(await secrets.list()).secrets.some(({ name, home }) => name === config.secret && home !== null);
  const insecureFile = await agreesToFile(secrets, { io, questions });
  if (insecureFile === undefined) return false;
  const listenAgain = io.onSignal(["SIGINT", "SIGTERM", "SIGHUP"], () => {});
  try {
    const { home, file } = await secrets.set(config.secret, token, { insecureFile });
    try {
      await machine.changeConfig(addBackend(config));
    } catch (error) {
      if (isNew) await secrets.clear(config.secret);
      throw error;
    }
    io.err(`The token is kept in ${home === "file" ? terminalLine(file ?? "a file") : `the ${home}`}\n`);
    return true;
  } finally {
    listenAgain();
  }
}

/** `undefined`: they do not, and there is nowhere else. */
async function agreesToFile(
  secrets: SecretsAccess,
  { io, questions }: { io: Io; questions: Questions },
): Promise<boolean | undefined> {
  const { keyring, file, secrets: kept } = await secrets.list();
  // Who has one there has agreed.
  if (keyring.state !== "absent" || kept.some(({ home }) => home === "file")) return false;
  io.err(`${terminalLine(keyring.detail)}\n`);
  const question = `Keep the token in ${terminalLine(file)}, which you alone can read, but which is not encrypted?`;
  return await questions.agrees(question, { usual: false }) ? true : undefined;
}
