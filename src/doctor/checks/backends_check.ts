import type { BackendConfig } from "../../config/schema.ts";
import { isLoopback } from "../../core/loopback.ts";
import type { ConnectionTest, TestStep } from "../../state/connection_report.ts";
import type { Check, DoctorContext } from "../check.ts";
import { type Finding, found, well } from "../finding.ts";

/** Whether each connection that is on can be used: its own test, as `test` makes it. */
export const backendsCheck: Check = {
  name: "backends",
  async run(context) {
    const { result } = await context.config();
    if (!result.ok) return [];
    const used = result.config.backends.filter(({ enabled }) => enabled);
    if (used.length === 0) {
      const what = "No connection is switched on, so nothing can answer";
      return [found("no-backend", what, { run: context.commands.setup })];
    }
    const tests = await Promise.all(used.map((config) => context.testBackend(config)));
    return tests.flatMap((test, index) => testFindings(test, used[index], context));
  },
};

/** What the first failed step of a test means. Pure. */
export function testFindings(
  { backend, steps }: ConnectionTest,
  config: Pick<BackendConfig, "kind" | "url" | "secret">,
  { commands: { program } }: Pick<DoctorContext, "commands">,
): Finding[] {
  const failed = steps.find(({ ok }) => !ok);
  if (failed === undefined) return [well("backends", `The connection ${backend} works (${config.url})`)];
  const isRefused = failed.reason === "http_401" || failed.reason === "http_403";
  if (isRefused && config.secret !== null) {
    const what = `The connection ${backend} does not work: ${failed.detail}`;
    return [found("backend-token", what, { run: `${program} secret set ${config.secret}` })];
  }
  if (isToldElsewhere(failed, config)) return [];
  const advice = failed.advice?.replaceAll(/\bcloudtolocalllm (?=[a-z])/g, `${program} `);
  const remedy = advice === undefined ? undefined : { step: advice };
  if (failed.reason === undefined) {
    return [found("backend-models", `The connection ${backend}: ${failed.detail}`, remedy)];
  }
  return [found("backend-unreachable", `The connection ${backend} does not work: ${failed.detail}`, remedy)];
}

/** The checks of secrets and of Ollama say more of it. */
function isToldElsewhere({ reason, detail }: TestStep, { kind, url }: Pick<BackendConfig, "kind" | "url">): boolean {
  if (reason === "no_credential" || reason === "keyring_locked") return true;
  const isLocalOllama = kind === "ollama" && isLoopback(new URL(url).hostname);
  return isLocalOllama && (reason === "connect_refused" || (reason === undefined && detail.endsWith("has no models")));
}
