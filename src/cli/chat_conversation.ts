import { type ChatAnswer, ChatFailure, type ChatMessage } from "./chat_answer.ts";
import { onEachInterrupt } from "./each_interrupt.ts";
import { ExitCode, type Io } from "./io.ts";
import { readLines } from "./read_lines.ts";

/** Asks with the messages so far, prints the answer and who gave it. */
export type Ask = (messages: readonly ChatMessage[], signal?: AbortSignal) => Promise<ChatAnswer>;

const prompt = ">>> ";
/** As in `ollama run`. */
const farewell = "/bye";

/**
 * A conversation, one line a turn, until standard input ends (Ctrl-D) or with /bye. Ctrl-C stops the running answer; what was said
 * of it stays part of the conversation. A turn that fails is told and forgotten.
 */
export async function converse(io: Io, ask: Ask, opening: readonly ChatMessage[]): Promise<ExitCode> {
  let answering: AbortController | undefined;
  const ignoreInterrupts = onEachInterrupt(io, ["SIGINT"], () => {
    if (answering) answering.abort();
    else io.err(`\nCtrl-D or ${farewell} ends the conversation\n${prompt}`);
  });
  let messages = [...opening];
  try {
    io.err(prompt);
    for await (const line of readLines(io.stdin())) {
      if (line.trim() === farewell) return ExitCode.done;
      answering = new AbortController();
      if (line.trim() !== "") messages = await takeTurn(io, { ask, messages, line, signal: answering.signal });
      answering = undefined;
      io.err(prompt);
    }
    io.err("\n");
    return ExitCode.done;
  } finally {
    ignoreInterrupts();
  }
}

interface Turn {
  ask: Ask;
  messages: ChatMessage[];
  line: string;
  signal: AbortSignal;
}

async function takeTurn(io: Io, { ask, messages, line, signal }: Turn): Promise<ChatMessage[]> {
  const asked: ChatMessage[] = [...messages, { role: "user", content: line }];
  try {
    const { text } = await ask(asked, signal);
    return text === "" ? messages : [...asked, { role: "assistant", content: text }];
  } catch (error) {
    if (!(error instanceof ChatFailure)) throw error;
    io.err(`${error.message}\n`);
    return messages;
  }
}
