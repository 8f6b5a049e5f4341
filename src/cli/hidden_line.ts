import { ExitCode, type Io } from "./io.ts";
import { TypedText } from "./typed_text.ts";

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
 * it ends, the terminal is as before. `typed`: where the keys come from, for who asks more than once.
 */
export async function readHiddenLine(
  io: Io,
  prompt: string,
  typed: TypedText = new TypedText(io.stdin()),
): Promise<string | undefined> {
  // Before the prompt: who pastes as soon as it stands there must not see it.
  io.setRaw(true);
  io.err(prompt);
  const restore = () => {
    io.setRaw(false);
    io.err("\n");
  };
  const ignoreSignals = io.onSignal(["SIGINT", "SIGTERM", "SIGHUP"], () => {
    restore();
    io.exit(ExitCode.failed);
  });
  try {
    return await readKeys(typed);
  } finally {
    ignoreSignals();
    restore();
  }
}

async function readKeys(keyboard: TypedText): Promise<string | undefined> {
  const typed: string[] = [];
  for (let key = await keyboard.next(); key !== undefined; key = await keyboard.next()) {
    if (key === keys.enter || key === keys.newline) return typed.join("");
    if (key === keys.interrupt || key === keys.end) return undefined;
    if (key === keys.backspace || key === keys.rubout) typed.pop();
    else if (key === keys.kill) typed.length = 0;
    else typed.push(key);
  }
  return typed.length > 0 ? typed.join("") : undefined;
}
