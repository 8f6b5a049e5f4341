import { type Appearance, appearanceOf } from "./appearance.ts";
import { answeredLine, type AnswerSink, askModel, type ChatAnswer, type ChatMessage } from "./chat_answer.ts";
import { type Ask, converse } from "./chat_conversation.ts";
import type { CommandContext } from "./command.ts";
import { connectToDaemon, type DaemonClient } from "./daemon_client.ts";
import { ExitCode, type Io } from "./io.ts";
import { UsageError } from "./usage_error.ts";

/** `chat MODEL [PROMPT]`: one answer, or a conversation where a terminal gives no prompt. */
export async function chatCommand({ io, invocation }: CommandContext): Promise<ExitCode> {
  const { MODEL, PROMPT } = invocation.arguments;
  const { system, backend } = invocation.options;
  using daemon = await connectToDaemon(io);
  const ask = askThrough(io, daemon, { model: MODEL!, backend, showThinking: invocation.switches.has("thinking") });
  const history: ChatMessage[] = system === undefined ? [] : [{ role: "system", content: system }];
  if (PROMPT === undefined && io.isTerminal.stdin) return await converse(io, ask, history);
  await ask([...history, { role: "user", content: await readPrompt(io, PROMPT) }]);
  return ExitCode.done;
}

/** The argument, then what comes through a pipe. */
async function readPrompt(io: Io, argument: string | undefined): Promise<string> {
  const piped = io.isTerminal.stdin ? "" : (await new Response(io.stdin()).text()).trimEnd();
  const prompt = [argument ?? "", piped].filter((part) => part !== "").join("\n\n");
  if (prompt !== "") return prompt;
  throw new UsageError("chat needs PROMPT, as an argument or through a pipe", { path: ["chat"] });
}

function askThrough(
  io: Io,
  daemon: DaemonClient,
  { model, backend, showThinking }: { model: string; backend?: string; showThinking: boolean },
): Ask {
  const look = appearanceOf(io, "stderr");
  return async (messages, signal) => {
    const printer = new AnswerPrinter(io, look, showThinking);
    let answer: ChatAnswer;
    try {
      answer = await askModel(daemon, { model, backend, messages, signal }, { sink: printer, clock: io.clock });
    } finally {
      printer.end();
    }
    if (!answer.interrupted) io.err(`${look.dim(answeredLine(answer))}\n`);
    return answer;
  };
}

/** The answer to standard output, thinking to standard error, each ending on a line of its own. */
class AnswerPrinter implements AnswerSink {
  readonly #io: Io;
  readonly #look: Appearance;
  readonly #showThinking: boolean;
  #open: "none" | "thinking" | "content" = "none";

  constructor(io: Io, look: Appearance, showThinking: boolean) {
    this.#io = io;
    this.#look = look;
    this.#showThinking = showThinking;
  }

  content(text: string): void {
    if (this.#open === "thinking") this.end();
    this.#io.out(text);
    this.#open = text.endsWith("\n") ? "none" : "content";
  }

  thinking(text: string): void {
    if (!this.#showThinking) return;
    if (this.#open === "content") this.end();
    this.#io.err(this.#look.dim(text));
    this.#open = text.endsWith("\n") ? "none" : "thinking";
  }

  end(): void {
    if (this.#open === "content") this.#io.out("\n");
    if (this.#open === "thinking") this.#io.err("\n");
    this.#open = "none";
  }
}
