// Types of what we use of dbus-native: its wire format (docs/decisions/0008-dbus.md). Its own declarations are of its
// connection layer.

declare module "dbus-native/message" {
  interface WireMessage {
    type: number;
    flags?: number;
    serial: number;
    path?: unknown;
    interface?: unknown;
    member?: unknown;
    errorName?: unknown;
    replySerial?: unknown;
    destination?: unknown;
    sender?: unknown;
    signature?: unknown;
    body?: unknown[];
  }
  interface ReadOptions {
    plainValues?: boolean;
    variants?: "tree" | "plain" | "wrap";
    ayBuffer?: boolean | "view";
    returnBigInt?: boolean;
  }
  const message: {
    /** Bytes of a message, little-endian. Throws when a value does not fit the signature. */
    marshall(message: WireMessage): Uint8Array<ArrayBuffer>;
    /** A whole message from a Node `Buffer`. Throws at what it cannot read; may loop on elements without a size. */
    unmarshall(bytes: Uint8Array, options: ReadOptions): WireMessage;
  };
  export default message;
}
