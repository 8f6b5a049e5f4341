/**
 * A process that takes over from the predecessor in its HOME, as the command (`migrate`) or as a daemon that starts
 * (`start`). It says `ready` when it begins, and `over` when it has done what it could.
 */
import { layGround } from "../../../src/app/ground.ts";
import { takeOverPredecessor } from "../../../src/app/migration.ts";
import { runCommandLine } from "../../../src/cli/command_line.ts";
import { systemIo } from "../../../src/cli/system_io.ts";
import { resolvePaths } from "../../../src/config/paths.ts";

const say = (word: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${word}\n`));
const io = { ...systemIo(), out() {}, err() {} };

say("ready");
if (Deno.args[0] === "migrate") await runCommandLine(["migrate"], io);
else {
  const options = { paths: resolvePaths(io.env), overrides: {}, env: io.env, writeLog() {}, version: "0" };
  const ground = layGround(options);
  await using _rest = await takeOverPredecessor(options, ground);
  await ground.secrets[Symbol.asyncDispose]();
}
say("over");
