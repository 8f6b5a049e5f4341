/** A daemon with a mistake in it: `deno run crashing_daemon.ts FOLDER error|rejection SECRET`. */
import { startDaemon } from "../../src/app.ts";

const [folder, kind, secret] = Deno.args;

const daemon = await startDaemon({
  paths: {
    configFile: `${folder}/config.json`,
    stateDir: folder,
    runtimeDir: folder,
    controlFile: `${folder}/control.json`,
  },
  overrides: { port: 0 },
  env: (name) => name === "CLOUDTOLOCALLLM_SECRET_CLOUD" ? secret : undefined,
  writeLog: (line) => void Deno.stderr.writeSync(new TextEncoder().encode(line)),
  version: "0.0.0-test",
  endProcess: () => Deno.exit(1),
});
// The token is sent along, so the daemon knows it.
await (await fetch(`${daemon.url}/api/tags`)).text();
const fail = () => {
  throw new TypeError(`Cannot use ${secret}`);
};
if (kind === "error") setTimeout(fail);
else void Promise.resolve().then(fail);
