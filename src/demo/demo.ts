import { messageOf } from "../core/errors.ts";
import { demoModel } from "./demo_question.ts";
import { DemoScreen } from "./demo_screen.ts";
import { DemoFailure, playSteps } from "./demo_steps.ts";
import { ModelServer } from "./model_server.ts";

export interface DemoOptions {
  /** Starts a broker with this configuration, on a free port and with nothing of the user's. */
  startBroker: (config: Record<string, unknown>) => Promise<{ url: string; close(): Promise<void> }>;
  /** Writes text as it is, line ends included. */
  out: (text: string) => void;
  /** Ends after the last step instead of staying up until `signal` aborts. */
  exit: boolean;
  signal: AbortSignal;
  colour: boolean;
  /** Pause between the pieces of an answer, so that one can watch it come (default 40). */
  tokenDelayMs?: number;
}

/**
 * Shows a failover with nothing installed: two scripted model servers, a broker before them, one of them taken away.
 * Gives whether every step worked; a run that was interrupted before its last step did not.
 */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const { tokenDelayMs = 40 } = options;
  const screen = new DemoScreen(options.out, options);
  await using local = await ModelServer.start({ name: "local", dialect: "ollama", tokenDelayMs });
  await using cloud = await ModelServer.start({ name: "cloud", dialect: "ollama", tokenDelayMs });
  const broker = await options.startBroker(demoConfig(local, cloud));
  try {
    screen.title("CloudToLocalLLM demo: one address, two model servers");
    screen.blank();
    screen.row("local", `${local.url}  stands for Ollama on this machine`);
    screen.row("cloud", `${cloud.url}  stands for your cloud`);
    screen.row("broker", `${broker.url}  what programs talk to`);
    screen.say("Both servers run in this process on this machine; their answers are scripted.");
    const worked = await play({ screen, local, url: broker.url, signal: options.signal });
    if (worked && !options.exit) await stayUp(screen, broker.url, options.signal);
    return worked;
  } finally {
    await broker.close();
  }
}

async function play(stage: Parameters<typeof playSteps>[0]): Promise<boolean> {
  const { screen, signal } = stage;
  try {
    await playSteps(stage);
    screen.blank();
    screen.title("Every step worked.");
    return true;
  } catch (error) {
    if (signal.aborted) screen.say("Interrupted.");
    else if (error instanceof DemoFailure) screen.failure(error.expected, error.seen);
    else screen.failure("an answer", messageOf(error));
    return false;
  }
}

/** Two backends of the same kind; the local one comes first. */
function demoConfig(local: ModelServer, cloud: ModelServer): Record<string, unknown> {
  return {
    version: 1,
    listen: { host: "127.0.0.1", port: 0 },
    route: { mode: "local-first" },
    backends: [
      { id: "local", kind: "ollama", url: local.url, location: "local" },
      { id: "cloud", kind: "ollama", url: cloud.url, location: "cloud" },
    ],
  };
}

async function stayUp(screen: DemoScreen, url: string, signal: AbortSignal): Promise<void> {
  screen.blank();
  screen.say(`The broker stays up at ${url} until Ctrl-C.`);
  screen.commands("With Ollama's command line:", [`OLLAMA_HOST=${url} ollama run ${demoModel}`]);
  screen.commands("With any OpenAI library or program:", [`OPENAI_BASE_URL=${url}/v1 OPENAI_API_KEY=none`]);
  screen.commands("The models of both servers, in one list:", [`curl ${url}/api/tags`]);
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  if (signal.aborted) return;
  await promise;
}
