/** A picture, four bytes a pixel: R, G, B and straight alpha. */
export interface Picture {
  width: number;
  height: number;
  rgba: Uint8Array<ArrayBuffer>;
}

/** Reads a PNG of 8-bit RGBA without interlacing, which is what rsvg-convert writes. */
export async function decodePng(png: Uint8Array): Promise<Picture> {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  if (view.getUint32(0) !== 0x89504e47) throw new Error("Cannot read picture: it is no PNG");
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  if (png[24] !== 8 || png[25] !== 6 || png[28] !== 0) {
    throw new Error("Cannot read PNG: only plain 8-bit RGBA is known");
  }
  const rows = await inflated(imageData(png, view));
  return { width, height, rgba: unfiltered(rows, { width, height }) };
}

function imageData(png: Uint8Array, view: DataView): Uint8Array<ArrayBuffer>[] {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 8; at < png.length;) {
    const length = view.getUint32(at);
    const kind = new TextDecoder().decode(png.subarray(at + 4, at + 8));
    if (kind === "IDAT") parts.push(png.slice(at + 8, at + 8 + length));
    at += length + 12;
  }
  return parts;
}

async function inflated(parts: Uint8Array<ArrayBuffer>[]): Promise<Uint8Array> {
  const stream = new Blob(parts).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** PNG Specification, "Filtering": each row says what its bytes are the difference to. */
function unfiltered(rows: Uint8Array, { width, height }: { width: number; height: number }): Uint8Array<ArrayBuffer> {
  const stride = 4 * width;
  const rgba = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x < 4 ? 0 : rgba[at - 4];
      const up = y === 0 ? 0 : rgba[at - stride];
      const corner = x < 4 || y === 0 ? 0 : rgba[at - stride - 4];
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      rgba[at] = rows[y * (stride + 1) + 1 + x] + predicted;
    }
  }
  return rgba;
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [toLeft, toUp, toCorner] = [left, up, corner].map((value) => Math.abs(estimate - value));
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
