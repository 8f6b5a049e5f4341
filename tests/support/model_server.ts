/** The scripted model servers, and what tests need around them. */
export { ModelServer, type ModelServerOptions } from "../../src/demo/model_server.ts";
export { type Blackhole, blackhole, refusedPort } from "../../src/demo/dead_ends.ts";
export type { Fault, Faults, Gate } from "../../src/demo/fault.ts";
export type { RecordedRequest, RequestOutcome } from "../../src/demo/recorded_request.ts";
export type { ServerDialect } from "../../src/demo/routes.ts";
export { defaultModels, type ScriptedModel } from "../../src/demo/scripted_model.ts";

/** A promise that the test resolves when it wants: `server.always = { kind: "silent", until: loaded.promise }`. */
export function gate<T = void>(): PromiseWithResolvers<T> {
  return Promise.withResolvers<T>();
}
