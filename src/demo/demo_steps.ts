import { LinkedAbort } from "../core/abort.ts";
import { sleep, systemClock } from "../core/clock.ts";
import { askQuestion, curlCommand, demoQuestion, type SeenAnswer } from "./demo_question.ts";
import { type DemoScreen, spoken } from "./demo_screen.ts";
import type { ModelServer } from "./model_server.ts";

const answerWithinMs = 15_000;
const backWithinMs = 10_000;
const askAgainMs = 100;

/** A step did not show what it should. */
export class DemoFailure extends Error {
  override readonly name = "DemoFailure";
  readonly expected: string;
  readonly seen: string;

  constructor(expected: string, seen: string) {
    super(`Demo step failed: expected ${expected}, seen ${seen}`);
    this.expected = expected;
    this.seen = seen;
  }
}

export interface DemoStage {
  screen: DemoScreen;
  local: ModelServer;
  /** The broker's address. */
  url: string;
  signal: AbortSignal;
}

/** Plays the demo: local answers, goes, the cloud answers, local comes back. Throws {@linkcode DemoFailure}. */
export async function playSteps(stage: DemoStage): Promise<void> {
  const { screen, local, url } = stage;
  // The first answer of a fresh process also pays for loading code, which would flatter every time after it.
  await ask(stage, { dialect: "ollama", onToken: () => {} });

  screen.step(1, "Ask the broker, as a program written for Ollama does");
  const before = await askAloud(stage, { dialect: "ollama", from: "local" });
  screen.result(`Answered by local; the first token came after ${spoken(before.firstTokenMs)}.`);
  screen.commands("Try it by hand, while the demo stays up:", curlCommand(url, "ollama"));

  screen.step(2, "Take local away");
  await local.stop();
  screen.say(`${local.url} now refuses connections, like a program that crashed.`);

  screen.step(3, "Ask again: same address, same request");
  const after = await askAloud(stage, { dialect: "ollama", from: "cloud" });
  screen.result(`Answered by cloud; the first token came after ${spoken(after.firstTokenMs)}.`);
  screen.say(
    `Against step 1 the switch cost ${spoken(after.firstTokenMs - before.firstTokenMs)}; no program saw an error.`,
  );

  screen.step(4, "Ask as a program written for OpenAI does");
  await askAloud(stage, { dialect: "openai", from: "cloud" });
  screen.result("Answered by cloud, which speaks Ollama's dialect: the broker translated.");
  screen.commands("Try it by hand, while the demo stays up:", curlCommand(url, "openai"));

  screen.step(5, "Bring local back");
  await local.restart();
  const restartedAt = performance.now();
  const back = await askUntilLocal(stage);
  screen.result(`The broker uses local again, ${spoken(back.askedAt - restartedAt)} after it came back.`);
  screen.say(`Meanwhile the cloud answered ${back.others} ${back.others === 1 ? "question" : "questions"}.`);
  await askAloud(stage, { dialect: "ollama", from: "local" });
}

interface AskAloud {
  dialect: "ollama" | "openai";
  /** Which backend must answer. */
  from: string;
}

/** Asks and shows the answer as it comes; throws unless the right backend gave a complete one. */
async function askAloud(stage: DemoStage, expected: AskAloud): Promise<SeenAnswer> {
  const { screen } = stage;
  screen.row("you", demoQuestion);
  const onToken = screen.openRow("model");
  const seen = await ask(stage, { dialect: expected.dialect, onToken }).finally(() => screen.endRow());
  screen.row("headers", `x-broker-backend: ${seen.backend}`);
  screen.row("", `x-broker-attempts: ${seen.attempts}`);
  check(seen, expected.from);
  return seen;
}

async function ask(
  stage: DemoStage,
  options: { dialect: "ollama" | "openai"; onToken: (text: string) => void },
): Promise<SeenAnswer> {
  using limit = new LinkedAbort(stage.signal).abortAfter(answerWithinMs, {
    clock: systemClock,
    reason: () => new DemoFailure(`an answer within ${spoken(answerWithinMs)}`, "none yet"),
  });
  return await askQuestion(stage.url, { ...options, signal: limit.signal });
}

function check(seen: SeenAnswer, from: string): void {
  if (seen.status !== 200) throw new DemoFailure("status 200", `status ${seen.status}: ${seen.text}`);
  if (seen.backend !== from) throw new DemoFailure(`x-broker-backend: ${from}`, `x-broker-backend: ${seen.backend}`);
  if (!seen.complete) throw new DemoFailure("a complete answer", "one without its end marker");
  const greeting = `Hello from the ${from} model.`;
  if (!seen.text.startsWith(greeting)) throw new DemoFailure(`"${greeting} ..."`, `"${seen.text}"`);
}

/** Asks until local answers: when that question was asked, and how many others answered before. */
async function askUntilLocal(stage: DemoStage): Promise<{ askedAt: number; others: number }> {
  const deadline = performance.now() + backWithinMs;
  for (let others = 0;; others++) {
    const askedAt = performance.now();
    const seen = await ask(stage, { dialect: "ollama", onToken: () => {} });
    if (seen.backend === "local") return { askedAt, others };
    if (performance.now() > deadline) {
      throw new DemoFailure(
        `an answer from local within ${spoken(backWithinMs)}`,
        `still answers from ${seen.backend}`,
      );
    }
    await sleep(askAgainMs, { clock: systemClock, signal: stage.signal });
  }
}
