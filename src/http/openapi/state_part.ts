import { longestPauseMs, routeModes, shortestPauseMs } from "../../core/types.ts";
import { eventStream, json, operation, queryParameter } from "./operation.ts";
import { about, type ApiPart, array, count, flag, nullable, number, object, oneOf, ref, text, time } from "./schema.ts";

const tag = "state";

/** What answers now, and the few commands that change that. */
export const statePart: ApiPart = {
  tag: { name: tag, description: "What answers now, and the mode and pauses that decide it" },
  paths: {
    "/control/v1/status": {
      get: operation(tag, "get", { id: "getStatus", summary: "The status report", answer: json(ref("Status")) }),
    },
    "/control/v1/events": {
      get: operation(tag, "get", {
        id: "followStatus",
        summary: "The status report, at once and after each change",
        answer: eventStream({ status: ref("Status") }),
      }),
    },
    "/control/v1/backends": {
      get: operation(tag, "get", {
        id: "listBackends",
        summary: "The backends as the status report has them",
        answer: json(object({ active: ref("Active"), backends: array(ref("Backend")) })),
      }),
    },
    "/control/v1/models": {
      get: operation(tag, "get", {
        id: "listModels",
        summary: "Every model that can be used now, and where it lives",
        answer: json(object({ models: array(ref("Model")) })),
      }),
    },
    "/control/v1/mode": {
      get: operation(tag, "get", { id: "getMode", summary: "The mode", answer: json(ref("ModeNow")) }),
      put: operation(tag, "put", {
        id: "setMode",
        summary: "Sets the mode for good, and ends a pause",
        body: object({ mode: ref("Mode") }),
        answer: json(ref("ModeNow")),
        refusals: [409],
      }),
    },
    "/control/v1/proof": {
      get: operation(tag, "get", {
        id: "prove",
        summary: "That this daemon made the token of control.json; needs no token, so that none is sent to others",
        parameters: [queryParameter("nonce", "16 to 128 letters, digits, - and _, never used before")],
        answer: json(object({ proof: about("HMAC-SHA-256 of the nonce by the token, in hex", text) })),
        refusals: [400],
      }),
    },
    "/control/v1/quit": {
      post: operation(tag, "post", {
        id: "quit",
        summary: "Ends the daemon; running answers may go on for graceMs, or for the configured time",
        body: object({ graceMs: { type: "number", minimum: 0, maximum: 3_600_000 } }, { optional: ["graceMs"] }),
        answer: json(ref("Quitting")),
      }),
    },
    "/control/v1/pause": {
      get: operation(tag, "get", { id: "getPause", summary: "The pause of the cloud", answer: json(ref("PauseNow")) }),
      put: operation(tag, "put", {
        id: "pauseCloud",
        summary: "Keeps every request on local backends, for a while or until it is resumed",
        body: object({ forMs: { type: "number", minimum: shortestPauseMs, maximum: longestPauseMs } }, {
          optional: ["forMs"],
        }),
        answer: json(ref("PauseNow")),
      }),
      delete: operation(tag, "delete", {
        id: "resumeCloud",
        summary: "Ends the pause, if there is one",
        answer: json(ref("PauseNow")),
      }),
    },
  },
  schemas: {
    Quitting: object({
      pid: count,
      inFlight: about("Requests that are being answered", count),
      graceMs: about("How long they may go on", number),
    }),
    Mode: oneOf(...routeModes),
    ModeNow: object({
      mode: about("What the user chose", ref("Mode")),
      inForce: about("What holds now", ref("Mode")),
      reason: about("Why that is another", nullable(text)),
    }),
    Pause: nullable(object({ until: about("null: only the user ends it", nullable(time)) })),
    PauseNow: object({ pause: ref("Pause") }),
    Location: oneOf("local", "cloud"),
    Active: about("Id of the backend that a request would go to now", nullable(text)),
    Model: object({
      name: text,
      backends: array(
        object({ id: text, location: ref("Location"), name: about("Its name at this backend", text), warm: flag }),
      ),
    }),
    Backend: object({
      id: text,
      kind: oneOf("ollama", "openai", "cloudtolocalllm"),
      url: text,
      location: ref("Location"),
      enabled: flag,
      routable: about("Whether a request may go there now", flag),
      health: oneOf("unknown", "up", "down", "misconfigured", "ejected", "disabled"),
      latencyMs: about("Of the last health check that passed", nullable(number)),
      version: nullable(text),
      models: about("Names that programs can use there", array(text)),
      warm: about("Of those, the ones that are loaded now", array(text)),
      reason: about("Why it is not routable or not wholly well, as a sentence", nullable(text)),
    }),
    Failover: object({
      at: time,
      from: text,
      to: about("null: nobody else could answer", nullable(text)),
      reason: text,
      model: text,
    }),
    Status: object({
      state: oneOf("connected", "degraded", "down"),
      mode: about("The mode in force", ref("Mode")),
      chosenMode: ref("Mode"),
      modeReason: nullable(text),
      pause: ref("Pause"),
      surroundings: object({
        network: oneOf("unknown", "online", "offline", "portal"),
        isMetered: flag,
        isOnBattery: flag,
      }),
      listen: about("Where programs reach the daemon", text),
      active: ref("Active"),
      version: text,
      pid: count,
      uptimeMs: number,
      inFlight: about("Requests that are being answered now", count),
      backends: array(ref("Backend")),
      privacy: about("How many rules of privacy there are", object({ models: count, apps: count })),
      cloudUse: ref("CloudUse"),
      configError: about("Why a changed configuration is not in use", nullable(text)),
      app: about("null: this daemon does not serve the desktop app", nullable(ref("App"))),
      parts: about("The parts that may fail without the others", array(ref("Part"))),
      failovers: about("The last ones, newest first", array(ref("Failover"))),
    }),
    Part: object({
      name: about("Such as tray or settings page", text),
      state: oneOf("running", "waiting", "failed", "off"),
      reason: about("Why it waits or has failed, as a sentence", nullable(text)),
      since: time,
      failures: about("How often it has failed since the daemon started", count),
    }),
    App: about(
      "The desktop app, as far as it is connected; see docs/APPLINK.md",
      object({
        clients: about("How many are connected", count),
        authenticated: about("Whether one of them says that its user is signed in", flag),
        tooltip: about("What it would have the tray say", nullable(text)),
        icon: about("What it would have the icon show", nullable(oneOf("idle", "connected", "error"))),
        reported: about("What it says of its own connection", nullable(ref("AppReported"))),
        canLaunch: about("Whether the app was found on this machine", flag),
      }),
    ),
    AppReported: object({
      connectionType: about("Such as ollama or cloud", text),
      connected: flag,
      version: nullable(text),
      models: about("How many it lists", count),
      endpoint: nullable(text),
      error: nullable(text),
    }),
    CloudUse: about(
      "What clouds have used in this calendar month",
      object({
        month: about("Such as 2026-01, by local time", text),
        endsAt: about("When the next month begins", time),
        tokens: about("Of questions and answers together", count),
        estimated: about("Of those, what no cloud counted and that was guessed", count),
        since: about("When counting began, where that was not with the month", nullable(time)),
        cap: about("null: there is none", nullable(count)),
        atCap: oneOf("stop-cloud", "warn"),
        isReached: flag,
      }),
    ),
  },
};
