import { messageOf, RequestError } from "../core/errors.ts";
import { isObject, type JsonObject } from "./json_value.ts";

const decoder = new TextDecoder();

/** The JSON object in a request's body. Throws `RequestError` 400. */
export function parseBody(body: Uint8Array<ArrayBuffer>): JsonObject {
  if (body.length === 0) throw new RequestError(400, "Cannot read the request: its body is empty");
  let json: unknown;
  try {
    json = JSON.parse(decoder.decode(body));
  } catch (cause) {
    throw new RequestError(400, `Cannot read the request: its body is not JSON: ${messageOf(cause)}`, { cause });
  }
  if (!isObject(json)) throw new RequestError(400, "Cannot read the request: its body is not a JSON object");
  return json;
}

/** The name in `model`. Throws `RequestError` 400. */
export function requiredModel(json: JsonObject): string {
  const { model } = json;
  if (typeof model === "string" && model.trim() !== "") return model;
  const found = model === undefined ? "it is missing" : `received ${JSON.stringify(model)}`;
  throw new RequestError(400, `Cannot read the request: model must be a name, ${found}`, { param: "model" });
}

/** `stream`, or the dialect's default where the client did not say. Throws `RequestError` 400. */
export function streamFlag(json: JsonObject, fallback: boolean): boolean {
  const { stream } = json;
  if (stream === undefined || stream === null) return fallback;
  if (typeof stream === "boolean") return stream;
  throw new RequestError(
    400,
    `Cannot read the request: stream must be true or false, received ${JSON.stringify(stream)}`,
    { param: "stream" },
  );
}
