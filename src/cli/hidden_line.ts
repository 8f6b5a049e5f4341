import { ExitCode, type Io } from "./io.ts";

const keys = {
  enter: "\r",
  newline: "\n",
  interrupt: "\x03",
  end: "\x04",
  backspace: "\x7f",
  rubout: "\b",
  kill: "\x15",
};

/**
 * A line typed at the terminal, which does not show it; `undefined`: the user broke off with Ctrl-C or Ctrl-D. However
 * it ends, the terminal is as before.
 */
export async function readHiddenLine(io: Io, prompt: string): Promise<string | undefined> {
  io.err(prompt);
  io.setRaw(true);
  const restore = () => {
    io.setRaw(false);
    io.err("\n");
  };
  const ignoreSignals = io.onSignal(["SIGINT", "SIGTERM", "SIGHUP"], () => {
    restore();
    io.exit(ExitCode.failed);
  });
  try {
    return await readKeys(io.stdin());
  } finally {
    ignoreSignals();
    restore();
  }
}

async function readKeys(input: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string | undefined> {
  const typed: string[] = [];
  for await (const text of input.pipeThrough(new TextDecoderStream())) {
    for (const key of text) {
      if (key === keys.enter || key === keys.newline) return typed.join("");
      if (key === keys.interrupt || key === keys.end) return undefined;
      if (key === keys.backspace || key === keys.rubout) typed.pop();
      else if (key === keys.kill) typed.length = 0;
      else typed.push(key);
    }
  }
  return typed.length > 0 ? typed.join("") : undefined;
}
