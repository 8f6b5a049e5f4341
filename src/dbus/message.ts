import wire from "dbus-native/message";
import { checkMessage } from "./check_message.ts";
import { messageSize } from "./message_size.ts";
import { assertNames, isBusName, isInterfaceName, isMemberName, isObjectPath } from "./names.ts";
import { parseSignature } from "./signature.ts";
import type { Value } from "./types.ts";
import { fromWire, toWire } from "./values.ts";

/** The package reads from Node's bytes. */
declare const Buffer: { from(buffer: ArrayBufferLike, offset: number, length: number): Uint8Array };

export const messageType = { call: 1, reply: 2, error: 3, signal: 4 } as const;
export const messageFlag = { noReplyExpected: 1, noAutoStart: 2 } as const;

/**
 * Largest message that is read; the specification allows 128 MiB. What comes to a tray and its daemon (a menu's events,
 * properties of services, answers of portals) has some kilobytes.
 */
export const maxReadBytes = 128 << 10;

/** Largest message that is written. */
const maxWrittenBytes = 16 << 20;

export interface MessageFields {
  type: number;
  flags?: number;
  path?: string;
  interface?: string;
  member?: string;
  errorName?: string;
  replySerial?: number;
  destination?: string;
  signature?: string;
  body?: readonly Value[];
}

/** A message that came in. Its header is checked, its body is read only when asked for. */
export interface Message extends Omit<MessageFields, "body"> {
  serial: number;
  flags: number;
  signature: string;
  sender?: string;
  /** Only its header was kept: it is longer than {@linkcode maxReadBytes}. */
  isTooLong: boolean;
  /** Throws a TypeError when the body is malformed or was not kept. `keepsVariants`: a `v` is given with its signature. */
  readBody(options?: { keepsVariants?: boolean }): readonly Value[];
}

/** Bytes of a message; throws a TypeError when a name or a value is not what the bus takes. */
export function encodeMessage(fields: MessageFields, serial: number): Uint8Array<ArrayBuffer> {
  const { signature = "", body = [], flags = 0, ...header } = fields;
  assertNames({
    "object path": header.path,
    "interface name": header.interface,
    "member name": header.member,
    "bus name": header.destination,
  });
  assertNames({ "interface name": header.errorName });
  const types = parseSignature(signature);
  if (types.length !== body.length) {
    throw new TypeError(`Cannot write ${body.length} values with the signature "${signature}"`);
  }
  const written = types.map((type, i) => toWire(type, body[i]));
  const bytes = wire.marshall({ ...header, flags, serial, ...(signature ? { signature, body: written } : {}) });
  if (bytes.length > maxWrittenBytes) throw new TypeError(`Cannot send a message of ${bytes.length} bytes`);
  return bytes;
}

/**
 * A message of exactly these bytes, or of its header alone when it is too long to keep. Throws when the header is not a
 * message's.
 */
export function decodeMessage(bytes: Uint8Array): Message {
  const { headerBytes, totalBytes } = messageSize(bytes);
  const isTooLong = bytes.length < totalBytes;
  const header = wire.unmarshall(headerAlone(bytes, headerBytes), readOptions);
  const { type, serial, flags = 0 } = header;
  const signature = header.signature ?? "";
  assertHeader(header);
  return {
    ...(header as Omit<Message, "readBody">),
    type,
    serial,
    flags,
    signature: signature as string,
    isTooLong,
    readBody(options) {
      if (isTooLong) throw new TypeError(`Bad message: ${totalBytes} bytes are too long to be read`);
      return readBody(bytes, signature as string, options);
    },
  };
}

const readOptions = { plainValues: false, variants: "wrap", ayBuffer: "view" } as const;

function readBody(bytes: Uint8Array, signature: string, options?: { keepsVariants?: boolean }): readonly Value[] {
  checkMessage(bytes, signature);
  const { body = [] } = wire.unmarshall(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), readOptions);
  return parseSignature(signature).map((type, i) => fromWire(type, body[i], options));
}

/** A copy of the header that says that there is no body, so that only the header is read. */
function headerAlone(bytes: Uint8Array, headerBytes: number): Uint8Array {
  const header = new Uint8Array(bytes.subarray(0, headerBytes));
  header.fill(0, 4, 8);
  checkMessage(header, "");
  return Buffer.from(header.buffer, 0, header.length);
}

const isText = (isValid: (text: string) => boolean) => (value: unknown) => typeof value === "string" && isValid(value);
const fieldChecks: [field: string, isValid: (value: unknown) => boolean][] = [
  ["path", isText(isObjectPath)],
  ["interface", isText(isInterfaceName)],
  ["member", isText(isMemberName)],
  ["errorName", isText(isInterfaceName)],
  ["destination", isText(isBusName)],
  ["sender", isText(isBusName)],
  ["signature", isText(() => true)],
  ["replySerial", (value) => typeof value === "number"],
];

/** Which fields each type must have (D-Bus Specification, "Header Fields"). */
const needed: Readonly<Record<number, readonly string[]>> = {
  [messageType.call]: ["path", "member"],
  [messageType.reply]: ["replySerial"],
  [messageType.error]: ["replySerial", "errorName"],
  [messageType.signal]: ["path", "interface", "member"],
};

function assertHeader(header: object): void {
  const fields = header as Record<string, unknown>;
  for (const [field, isValid] of fieldChecks) {
    if (fields[field] !== undefined && !isValid(fields[field])) throw new TypeError(`Bad message: its ${field}`);
  }
  if (fields.type === 0 || fields.serial === 0) throw new TypeError("Bad message: neither type nor serial may be 0");
  const missing = needed[fields.type as number]?.find((field) => fields[field] === undefined);
  if (missing) throw new TypeError(`Bad message: it has no ${missing}`);
}
