import { messageOf } from "../core/errors.ts";
import type { CommandContext } from "./command.ts";
import { connectToDaemon } from "./daemon_client.ts";
import { ExitCode } from "./io.ts";

/** `settings [--print]`: opens the settings page by a new link, or prints that. */
export async function settingsCommand({ io, invocation }: CommandContext): Promise<ExitCode> {
  using daemon = await connectToDaemon(io);
  const { url } = await daemon.control("login-link", { method: "POST" }) as { url: string };
  if (invocation.switches.has("print")) {
    io.out(`${url}\n`);
    return ExitCode.done;
  }
  const { openAddress } = await import("../app/open_address.ts");
  try {
    await openAddress(url, { env: io.env, clock: io.clock });
    io.err(`The settings are opened in your browser: ${daemon.url}/settings\n`);
  } catch (error) {
    const [why] = messageOf(error).split(". Open this yourself");
    io.err(`${why}. Open this link yourself, within a minute:\n`);
    io.out(`${url}\n`);
  }
  return ExitCode.done;
}
