import { assert, assertEquals, assertMatch } from "@std/assert";
import { BrokerFixture } from "../support/broker_fixture.ts";
import { OldApp } from "../support/old_app.ts";

const nobody = "65534";

/** Whether a program can be run as another user here. */
async function canBeAnother(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("setpriv", { args: [`--reuid=${nobody}`, "--clear-groups", "true"] })
      .output();
    return success;
  } catch {
    return false;
  }
}

const isPossible = await canBeAnother();
if (!isPossible && Deno.env.get("CI")) throw new Error("The tests of other users need root and setpriv");
// deno-lint-ignore no-console -- a skipped test must be seen
if (!isPossible) console.warn("Skipped: what other users may ask of the app link needs root and setpriv");

/** Sends lines as another user, and gives as many lines as are asked for. */
async function asAnother(port: number, lines: readonly string[], answers: number): Promise<unknown[]> {
  const reads = Array.from({ length: answers }, () => `IFS= read -r -t 10 line <&3 && printf '%s\\n' "$line"`).join(
    "\n",
  );
  const script = `exec 3<>/dev/tcp/127.0.0.1/${port}\nprintf '%s\\n' "$@" >&3\n${reads}\n`;
  const args = [`--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", "bash", "-c", script, "client", ...lines];
  const { stdout } = await new Deno.Command("setpriv", { args, stderr: "inherit" }).output();
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
}

Deno.test({
  name: "another user's process may ask for PING and the status, and nothing that acts for the user",
  ignore: !isPossible,
  async fn() {
    await using broker = await BrokerFixture.start({ backends: [] }, { appLink: true });
    using app = await OldApp.find(broker.portFile);
    await broker.waitFor(({ app }) => app?.clients === 1);
    const port = Number(await Deno.readTextFile(broker.portFile));
    const request = (command: string, id: number, more = {}) => JSON.stringify({ command, id, ...more });
    const answers = await asAnother(port, [
      '{"command":"PING"}',
      request("UPDATE_AUTH_TOKEN", 1, { token: "sk-evil" }),
      request("PROXY_REQUEST", 2, { method: "GET", path: "/api/tags" }),
      request("QUIT", 3),
      request("UPDATE_TOOLTIP", 4, { text: "evil" }),
      '{"command":"QUIT"}',
      '{"command":"GET_CONNECTION_STATUS"}',
      '{"command":"PROXY_REQUEST"}',
    ], 7);
    const refusal = "Only programs of the daemon's own user may ask this";
    assertEquals(answers.filter((answer) => (answer as { error?: string }).error === refusal).length, 5);
    assertEquals(answers[0], { status: "pong" });
    assertEquals(await app.ask("PING"), { status: "pong" });
    const status = await broker.status();
    assertEquals([status.backends, status.app?.tooltip, status.app?.clients], [[], null, 1]);
    assert(!broker.log.join("").includes("sk-evil"));
  },
});

Deno.test({
  name: "another user's long line is not kept, and their connections make room for the app",
  ignore: !isPossible,
  async fn() {
    await using broker = await BrokerFixture.start({ backends: [] }, { appLink: true });
    using first = await OldApp.find(broker.portFile);
    await first.ask("PING");
    const port = Number(await Deno.readTextFile(broker.portFile));
    const script =
      `exec 3<>/dev/tcp/127.0.0.1/${port}\n(printf '{"x":"'; head -c 3000000 /dev/zero | tr '\\0' x) >&3 2>/dev/null &\nIFS= read -r -t 10 line <&3; printf '%s' "$line"`;
    const args = [`--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", "bash", "-c", script];
    const { stdout } = await new Deno.Command("setpriv", { args, stderr: "null" }).output();
    assertMatch(new TextDecoder().decode(stdout), /longer than 262144 bytes: Only programs of the daemon's own user/);
    const many = Array.from({ length: 40 }, (_, at) => `exec ${at + 10}<>/dev/tcp/127.0.0.1/${port}`).join("\n");
    const holder = new Deno.Command("setpriv", {
      args: [
        `--reuid=${nobody}`,
        `--regid=${nobody}`,
        "--clear-groups",
        "bash",
        "-c",
        `${many}\necho ready\nread -r _`,
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = holder.stdout.getReader();
    await reader.read();
    using app = await OldApp.find(broker.portFile);
    assertEquals(await app.ask("PROXY_REQUEST", { method: "GET", path: "/" }), {
      result: { text: "Ollama is running" },
    });
    assertEquals(await first.ask("PING"), { status: "pong" });
    await holder.stdin.close();
    await reader.cancel();
    await holder.status;
  },
});
