import {
  AnswerBrokeOff,
  CloudToLocalLLM,
  DaemonLost,
  DaemonNotRunning,
  ModelNotFound,
  NoBackend,
} from "@cloudtolocalllm/client";

const client = new CloudToLocalLLM();

async function ask(model, signal) {
  try {
    const answer = await client.chat({ model, messages: [{ role: "user", content: "Hello" }], signal });
    return await answer.text();
  } catch (error) {
    if (error instanceof DaemonNotRunning) {
      return `not running: ${error.tried.map(({ outcome }) => outcome).join("; ")}`;
    }
    if (error instanceof ModelNotFound) return `no backend has ${model}`;
    if (error instanceof NoBackend) {
      return `nobody could answer: ${error.attempts.map(({ backend, outcome }) => `${backend} ${outcome}`).join(", ")}`;
    }
    // The answer is not whole: `received` is what there is of it. Ask again if that does no harm.
    if (error instanceof DaemonLost || error instanceof AnswerBrokeOff) return `broken: ${error.received}…`;
    if (error.name === "TimeoutError") return "took too long";
    throw error;
  }
}

console.log(await ask("llama3.2", AbortSignal.timeout(60_000)));
console.log(await ask("no-such-model"));
