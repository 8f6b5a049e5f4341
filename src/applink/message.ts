/** A request of an app. */
export interface Message {
  command: string;
  /** Echoed in the answer; without it answers come in the order of the requests. */
  id?: string | number;
  fields: Readonly<Record<string, unknown>>;
}

export type ParsedMessage = { ok: true; message: Message } | { ok: false; problem: string };

const expected = 'expected one JSON object a line, such as {"command":"PING"}';
/** As a piece of an answer, not its content. */
const longestId = 1_024;

/** Reads one line. What is wrong is told without the line's words, for they may be a token. */
export function parseMessage(line: string): ParsedMessage {
  const json = parseJson(line);
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return refused(`Cannot read the line: ${json === undefined ? "it is not JSON" : "it is no object"}; ${expected}`);
  }
  const { command, id, ...fields } = json as Record<string, unknown>;
  if (!isId(id)) return refused(`Cannot read the line: "id" must be a string or a number; ${expected}`);
  if (typeof command !== "string" || command === "") {
    return refused(`Cannot read the line: "command" must be a string; ${expected}`);
  }
  return { ok: true, message: { command, fields, ...(id !== undefined && id !== null && { id }) } };
}

function isId(id: unknown): id is string | number | null | undefined {
  if (typeof id === "string") return id.length <= longestId;
  return id === undefined || id === null || (typeof id === "number" && Number.isFinite(id));
}

function refused(problem: string): ParsedMessage {
  return { ok: false, problem };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Whether a connection that begins with these bytes can be an app: a line of the protocol begins with `{`. What browsers
 * send on behalf of a web page (an HTTP request, whose body could hold a line; TLS; STUN) begins with something else.
 * `undefined`: nothing but blanks has come yet.
 */
export function beginsAsApp(bytes: Uint8Array): boolean | undefined {
  const first = bytes.find((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && byte !== 0x0a);
  return first === undefined ? undefined : first === 0x7b;
}
