import type { Location } from "../core/types.ts";
import { type Appearance, appearanceOf } from "./appearance.ts";
import type { CommandContext } from "./command.ts";
import { connectToDaemon } from "./daemon_client.ts";
import { ExitCode } from "./io.ts";
import { alignColumns } from "./table.ts";
import { terminalLine } from "./terminal_text.ts";

/** One model as `GET /control/v1/models` lists it. */
export interface ListedModel {
  /** What programs ask for. */
  name: string;
  /** Who can answer; `name` is the model's name there. */
  backends: { id: string; location: Location; name: string; warm: boolean }[];
}

/** `models`: every model and where it runs. */
export async function modelsCommand({ io, invocation }: CommandContext): Promise<ExitCode> {
  using daemon = await connectToDaemon(io);
  const list = await daemon.control("models") as { models: ListedModel[] };
  if (invocation.switches.has("json")) io.out(`${JSON.stringify(list, null, 2)}\n`);
  else if (list.models.length > 0) io.out(modelTable(list.models, appearanceOf(io)));
  else io.err(`No model can be reached; \`${io.programName} test\` says why\n`);
  return ExitCode.done;
}

function modelTable(models: readonly ListedModel[], look: Appearance): string {
  const rows = models.map(({ name, backends }) => [
    terminalLine(name),
    backends.map((backend) => placeOf(backend, name)).join(", "),
    backends.filter((backend) => backend.warm).map((backend) => terminalLine(backend.id)).join(", ") || "-",
  ]);
  const [header, ...lines] = alignColumns([["MODEL", "WHERE", "WARM"], ...rows]);
  return [look.bold(header), ...lines].join("\n") + "\n";
}

/** `cloud as gpt-oss:120b` where the name differs, in more than Ollama's `:latest`; the location where the id does not tell it. */
function placeOf({ id, location, name }: ListedModel["backends"][number], asked: string): string {
  const place = id === location ? id : `${id} (${location})`;
  return terminalLine(baseName(name) === baseName(asked) ? place : `${place} as ${name}`);
}

function baseName(model: string): string {
  return model.replace(/:latest$/, "");
}
