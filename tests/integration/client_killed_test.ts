import { assertEquals, assertNotEquals } from "@std/assert";
import { ClientWorkshop, type Runtime } from "../support/client_workshop.ts";
import { DaemonHome } from "../support/daemon_home.ts";
import { inTime } from "../support/in_time.ts";
import { ModelServer } from "../support/model_server.ts";
import { hasProgram } from "../support/private_bus.ts";

/** Chats, says what came of it, and does so again for each line that it is sent. */
const program = `import { CloudToLocalLLM } from "@cloudtolocalllm/client";
const client = new CloudToLocalLLM({ discover: ["control-file"] });
async function chat() {
  try {
    const answer = await client.chat({ model: "llama3.2", messages: [{ role: "user", content: "Hi" }] });
    for await (const { text } of answer) console.log("piece" + text);
    console.log("whole, by " + client.url);
  } catch (error) {
    console.log(error.name + " after " + error.received);
  }
}
await chat();
for await (const _line of process.stdin) await chat();
`;

for (const runtime of ["deno", "node"] as const) {
  Deno.test({
    name: `a program in ${runtime} outlives the daemon that is killed under its chat, and asks the next one`,
    ignore: !hasProgram(runtime === "node" ? "node" : Deno.execPath()) && Deno.env.get("CI") === undefined,
    fn: () => outlives(runtime),
  });
}

async function outlives(runtime: Runtime): Promise<void> {
  await using model = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using home = await DaemonHome.make([{ id: "local", kind: "ollama", url: model.url, location: "local" }]);
  await using workshop = await ClientWorkshop.make();
  await Deno.writeTextFile(`${workshop.folder}/chats.mjs`, program);
  const first = await home.start();
  model.script({ kind: "stall_after", frames: 2, until: new Promise(() => {}) });
  const child = workshop.start(runtime, "chats.mjs", home.env);
  const input = child.stdin.getWriter();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  const says = async (words: string) => {
    while (!said.includes(words)) {
      const { value, done } = await output.read();
      if (done) throw new Error(`The program has ended: ${said}`);
      said += value;
    }
  };
  await inTime("the answer begins", says("piece from"));
  await home.kill();
  await inTime("the chat ends", says("\nDaemonLost after Hello from\n"));

  const second = await home.start();
  assertNotEquals(second, first);
  await input.write(new TextEncoder().encode("again\n"));
  await inTime("the next chat is whole", says(`whole, by ${second}`));
  assertEquals(model.modelRequests.length, 2);
  await input.close();
  await inTime("the program ends", child.status);
  await output.cancel();
}
