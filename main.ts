import { runCommandLine } from "./src/cli/command_line.ts";
import { systemIo } from "./src/cli/system_io.ts";
import { keepLoopbackDirect } from "./src/core/direct_loopback.ts";

if (import.meta.main) {
  keepLoopbackDirect(Deno.env);
  Deno.exit(await runCommandLine(Deno.args, systemIo()));
}
