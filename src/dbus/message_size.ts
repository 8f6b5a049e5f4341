/** Of every message, before the fields of its header. */
export const fixedHeaderBytes = 16;

/** D-Bus Specification, "Message Format": longer ones are not allowed. */
const longestBytes = 128 << 20;
const little = 0x6c;
const big = 0x42;

export interface MessageSize {
  /** With the padding before the body. */
  headerBytes: number;
  totalBytes: number;
}

/**
 * What a message that begins with these bytes, {@linkcode fixedHeaderBytes} at least, says of its size. Throws a
 * TypeError when no message begins so.
 */
export function messageSize(bytes: Uint8Array): MessageSize {
  const [order, , , version] = bytes;
  if (order !== little && order !== big) throw new TypeError(`Not a D-Bus message: byte order ${order}`);
  if (version !== 1) throw new TypeError(`Not a D-Bus message: protocol version ${version}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fieldsBytes = view.getUint32(12, order === little);
  const headerBytes = fixedHeaderBytes + Math.ceil(fieldsBytes / 8) * 8;
  const totalBytes = headerBytes + view.getUint32(4, order === little);
  if (totalBytes > longestBytes) throw new TypeError(`A D-Bus message of ${totalBytes} bytes is too long`);
  return { headerBytes, totalBytes };
}
