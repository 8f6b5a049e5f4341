import { assertEquals } from "@std/assert";
import { FakeDaemon } from "../../tests/support/fake_daemon.ts";
import { FakeIo } from "../../tests/support/fake_io.ts";
import { runCommandLine } from "./command_line.ts";
import { ExitCode } from "./io.ts";
import type { ListedModel } from "./models_command.ts";

const models: ListedModel[] = [
  {
    name: "llama3.2",
    backends: [
      { id: "local", location: "local", name: "llama3.2", warm: true },
      { id: "spare", location: "local", name: "llama3.2:latest", warm: false },
      { id: "groq", location: "cloud", name: "llama-3.3-70b", warm: false },
    ],
  },
  { name: "gpt-oss:120b", backends: [{ id: "cloud", location: "cloud", name: "gpt-oss:120b", warm: false }] },
];

async function modelsOf(list: ListedModel[], ...words: string[]): Promise<FakeIo> {
  await using daemon = await FakeDaemon.start({ "GET /control/v1/models": () => Response.json({ models: list }) });
  const io = new FakeIo({ env: daemon.env });
  assertEquals(await runCommandLine(["models", ...words], io), ExitCode.done);
  return io;
}

Deno.test("models tells where each one runs, under which name, and what is loaded", async () => {
  assertEquals(
    (await modelsOf(models)).stdout,
    `MODEL         WHERE                                                WARM
llama3.2      local, spare (local), groq (cloud) as llama-3.3-70b  local
gpt-oss:120b  cloud                                                -
`,
  );
});

Deno.test("models --json prints the list", async () => {
  assertEquals(JSON.parse((await modelsOf(models, "--json")).stdout), { models });
});

Deno.test("models says what to do where there is none", async () => {
  const io = await modelsOf([]);
  assertEquals([io.stdout, io.stderr], ["", "No model can be reached; `cloudtolocalllm test` says why\n"]);
});
