import { ExitCode } from "./io.ts";
import { appearanceOf } from "./appearance.ts";
import type { CommandContext } from "./command.ts";
import { onEachInterrupt } from "./each_interrupt.ts";

type Demo = typeof import("../demo/demo.ts");
type App = Pick<typeof import("../app/demo_broker.ts"), "startDemoBroker">;

/** What the demo is made of; the default is the real one. */
export interface DemoParts {
  loadDemo: () => Promise<Pick<Demo, "runDemo">>;
  loadApp: () => Promise<App>;
}

const realParts: DemoParts = {
  loadDemo: () => import("../demo/demo.ts"),
  loadApp: () => import("../app/demo_broker.ts"),
};

/** `demo`: a failover to watch; fails when one of its steps did. */
export async function demoCommand(
  { io, invocation }: CommandContext,
  parts: DemoParts = realParts,
): Promise<ExitCode> {
  const [{ runDemo }, { startDemoBroker }] = await Promise.all([parts.loadDemo(), parts.loadApp()]);
  const interrupt = new AbortController();
  const ignoreSignals = onEachInterrupt(io, ["SIGINT", "SIGTERM"], () => {
    if (interrupt.signal.aborted) io.exit(ExitCode.failed);
    interrupt.abort();
  });
  try {
    const succeeded = await runDemo({
      startBroker: startDemoBroker,
      out: io.out,
      exit: invocation.switches.has("exit"),
      signal: interrupt.signal,
      colour: appearanceOf(io).colour,
    });
    return succeeded ? ExitCode.done : ExitCode.failed;
  } finally {
    ignoreSignals();
  }
}
