import { runCommandLine } from "./src/cli/command_line.ts";
import { systemIo } from "./src/cli/system_io.ts";

if (import.meta.main) Deno.exit(await runCommandLine(Deno.args, systemIo()));
