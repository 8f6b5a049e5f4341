import { RequestError } from "../core/errors.ts";
import { appRule, modelRule, ruleWords, type StayRule } from "../broker/stay_rule.ts";
import { decodeBody } from "../protocol/decode_body.ts";
import { isObject } from "../protocol/json_value.ts";
import type { BackendState, Policy } from "../state/app_state.ts";
import { isAllowed } from "../state/preference.ts";
import type { HttpContext } from "./context.ts";
import { appName } from "./app_name.ts";
import { readBody } from "./read_body.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Of a body that is read for the names in it; what is larger names no model that a rule could go by. */
const maxBytes = 1_048_576;
/** What is longer is no name, and what it stands for cannot be told. */
const longestName = 1_024;
/** Where these requests name models; Ollama reads keys in any case. */
const namingKeys = new Set(["model", "name", "from", "source", "destination"]);
/** These are about the account. */
const withoutModel = new Set(["/api/me", "/api/signout"]);

/** A request that changes one backend, as rules of privacy see it. */
export interface BoundCase {
  /** What is sent: what was read of it, else the stream as it comes. */
  body: Bytes | ReadableStream<Bytes> | null;
  /** Whether the policy lets it go to its backend. */
  isAllowed: (policy: Policy) => boolean;
  /** The rule that keeps it on this machine now. */
  rule: () => StayRule | undefined;
}

export interface BoundWay {
  backend: BackendState["config"];
  path: string;
  /** Whether the client named the backend: without that it goes to a local Ollama in every mode. */
  isNamed: boolean;
}

/**
 * What rules of privacy say to a request that changes a backend. Only what goes to a cloud can leave the machine, and a
 * push, with which a local Ollama uploads a model. While rules for models are set, such a request is read for the names
 * in it; one that names none, such as the upload of a blob, may be of any model and must stay.
 *
 * Throws `RequestError` when its body cannot be read.
 */
export async function boundCase(context: HttpContext, request: Request, way: BoundWay): Promise<BoundCase> {
  const { backend, path, isNamed } = way;
  // Kept, for it is taken when the request is sent.
  const hasBody = request.body !== null;
  const leaves = backend.location === "cloud" || path === "/api/push";
  const isRead = leaves && context.store.state.privacy.localModels.length > 0 && !path.startsWith("/api/blobs/");
  const read = isRead && hasBody ? await readNames(context, request) : undefined;
  const app = appName(request.headers.get("user-agent"));
  const ruleOf = (policy: Policy): StayRule | undefined => {
    if (!leaves) return undefined;
    const rule = appRule(app, policy.privacy);
    if (rule || !hasBody || withoutModel.has(path)) return rule;
    const [pattern] = policy.privacy.localModels;
    if (pattern === undefined) return undefined;
    const names = path === "/api/push" ? (read?.names ?? []).flatMap(pushedNames) : read?.names ?? [];
    if (names.length > 0) return modelRule(names, context.store.state.backends, policy.privacy);
    return { option: "localModels", name: "any", pattern };
  };
  return {
    body: read?.bytes ?? request.body as ReadableStream<Bytes> | null,
    rule: () => ruleOf(context.store.state),
    isAllowed: (policy) => (!isNamed || isAllowed(backend.location, policy.mode)) && ruleOf(policy) === undefined,
  };
}

/** What is pushed is mostly called `me/name` for that, and may be any tag of it. */
function pushedNames(name: string): string[] {
  const last = name.slice(name.lastIndexOf("/") + 1);
  return [name, last, last.split(":", 1)[0]];
}

/** Why it is not sent, for the client. */
export function boundRefusal(rule: StayRule): RequestError {
  const because = rule.name === "any"
    ? `what it is for cannot be told, and some models must stay on this machine (privacy.localModels: "${rule.pattern}")`
    : ruleWords(rule);
  const message = `This would leave the machine: ${because}; change that rule in the configuration if it may`;
  return new RequestError(403, message, { code: "must_stay_local" });
}

async function readNames(context: HttpContext, request: Request): Promise<{ bytes: Bytes; names: string[] }> {
  const { readStallMs } = context.config().listen;
  const bytes = await readBody(request, { maxBytes, stallMs: readStallMs, clock: context.clock });
  const plain = await decodeBody(bytes, request.headers.get("content-encoding"), maxBytes);
  return { bytes, names: namesIn(plain) };
}

/** Keys as Ollama's JSON reader takes them for the same: in any case, and with letters that fold to ASCII. */
function folded(key: string): string {
  return key.toLowerCase().replaceAll("\u017f", "s").replaceAll("\u212a", "k");
}

/** Every name of a model; none where one cannot be told. */
function namesIn(body: Bytes): string[] {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(body));
    if (!isObject(json)) return [];
    const names = Object.entries(json).flatMap(([key, value]) =>
      namingKeys.has(folded(key)) && typeof value === "string" ? [value] : []
    );
    // A Modelfile names its model in a language of its own.
    const isUntold = Object.keys(json).some((key) => folded(key) === "modelfile");
    return isUntold || names.some((name) => name.length > longestName) ? [] : names;
  } catch {
    // Its backend says what is wrong with it, where it may be sent at all.
    return [];
  }
}
