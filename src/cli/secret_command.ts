import { isSecretName, secretNameRule } from "../config/secret_name.ts";
import type { CommandContext } from "./command.ts";
import { readHiddenLine } from "./hidden_line.ts";
import { ExitCode, type Io } from "./io.ts";
import { openSecrets, type SecretsReport } from "./secrets_access.ts";
import { alignColumns } from "./table.ts";
import { terminalLine } from "./terminal_text.ts";
import { UsageError } from "./usage_error.ts";

/** More than any value, so that a wrong file is not read to its end. */
const maxInputBytes = 262_144;

/** `secret set|clear|list`: a value comes from the terminal without being shown, or through a pipe; it is never printed. */
export async function secretCommand(context: CommandContext): Promise<ExitCode> {
  const { io, invocation } = context;
  const subcommand = invocation.path[1];
  if (subcommand === "list") return await list(io, invocation.switches.has("json"));
  const name = invocation.arguments.NAME!;
  if (!isSecretName(name)) throw new UsageError(`${secretNameRule}: choose a name`, { path: invocation.path });
  return await (subcommand === "set" ? set(io, name, invocation.switches.has("insecure-file")) : clear(io, name));
}

async function set(io: Io, name: string, insecureFile: boolean): Promise<ExitCode> {
  const value = await readValue(io, name);
  if (value === undefined) {
    io.err("Nothing was changed\n");
    return ExitCode.failed;
  }
  await using secrets = await openSecrets(io);
  const { home, file } = await secrets.set(name, value, { insecureFile }).catch((error) => {
    throw isConsentNeeded(error) ? withAdvice(io, name, error) : error;
  });
  if (home === "file") {
    io.out(`"${name}" is kept in ${terminalLine(file ?? "a file")}\n`);
    io.err("The file is not encrypted: whoever can read your files or a copy of them can use the secret\n");
  } else io.out(`"${name}" is kept in the ${home}\n`);
  return ExitCode.done;
}

async function clear(io: Io, name: string): Promise<ExitCode> {
  await using secrets = await openSecrets(io);
  if (!await secrets.clear(name)) throw new Error(`No secret is called "${name}"`);
  io.out(`"${name}" is forgotten\n`);
  return ExitCode.done;
}

async function list(io: Io, isJson: boolean): Promise<ExitCode> {
  await using secrets = await openSecrets(io);
  const report = await secrets.list();
  io.out(isJson ? `${JSON.stringify(report, null, 2)}\n` : listText(report));
  return ExitCode.done;
}

function listText({ keyring, file, secrets }: SecretsReport): string {
  const rows = secrets.map((secret) =>
    [
      secret.name,
      secret.home ?? "-",
      secret.usedBy.join(", ") || "nobody",
      secret.problem ?? "",
    ].map(terminalLine)
  );
  const table = rows.length === 0
    ? "No secret is needed or kept\n"
    : `${alignColumns([["NAME", "KEPT IN", "USED BY", ""], ...rows]).join("\n")}\n`;
  const isFileUsed = secrets.some(({ home }) => home === "file");
  return `${table}${terminalLine(keyring.detail)}\n${isFileUsed ? `The file is ${terminalLine(file)}\n` : ""}`;
}

/** From the terminal or the pipe; `undefined`: the user broke off. */
async function readValue(io: Io, name: string): Promise<string | undefined> {
  if (io.isTerminal.stdin) return await readHiddenLine(io, `Value of "${name}" (is not shown): `);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of io.stdin()) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxInputBytes) throw new Error("Cannot keep the value: it is longer than 64 KiB");
  }
  return await new Blob(chunks).text();
}

function isConsentNeeded(error: unknown): error is Error {
  return error instanceof Error && "code" in error && error.code === "needs_consent";
}

function withAdvice(io: Io, name: string, error: Error): Error {
  const again = `${io.programName} secret set ${name} --insecure-file`;
  return new Error(`${error.message}\nTo agree: ${again}`, { cause: error });
}
