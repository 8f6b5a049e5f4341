import { assert, assertEquals, assertMatch } from "@std/assert";
import { readCrashReport } from "../../../src/service/crash/crash_report.ts";

const script = new URL("../../support/crashing_daemon.ts", import.meta.url).pathname;
const secret = "sk-never-to-be-seen";

for (const [kind, what] of [["error", "an error"], ["rejection", "a rejection"]]) {
  Deno.test(`${what} that nobody caught ends the daemon, its stack in the log and no secret anywhere`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "uncaught-" });
    try {
      const backends = [{ id: "cloud", kind: "ollama", url: "http://127.0.0.1:9", location: "cloud", secret: "cloud" }];
      await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify({ version: 1, backends }));
      const args = ["run", "--quiet", "-A", script, folder, kind, secret];
      const { code, stderr } = await new Deno.Command(Deno.execPath(), { args, stdin: "null" }).output();
      const said = new TextDecoder().decode(stderr);
      assertEquals(code, 1, said);
      const last = said.trimEnd().split("\n").at(-1)!;
      const begin =
        /error The daemon ends, by an error that nobody caught error="TypeError: Cannot use \[redacted\]" stack=/;
      assertMatch(last, begin);
      assertMatch(last, /crashing_daemon\.ts:\d+/);
      // In the file too, which outlives the process.
      assertEquals((await Deno.readTextFile(`${folder}/log/daemon.log`)).trimEnd().split("\n").at(-1), last);
      const report = await readCrashReport({ stateDir: folder });
      assertEquals([report?.last.error, report?.inLastDay], ["TypeError: Cannot use [redacted]", 1]);
      for await (const { name, isFile } of Deno.readDir(folder)) {
        if (isFile) assert(!(await Deno.readTextFile(`${folder}/${name}`)).includes(secret), name);
      }
      assert(!said.includes(secret), said);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
