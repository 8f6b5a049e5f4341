import type { Icon } from "./protocol.ts";
import type { Gtk } from "./symbols.ts";

const rgbColours = 0;
const bitsPerSample = 8;
const maxSize = 1024;

/** R, G, B, A from A, R, G, B. */
export function rgbaFromArgb(argb: Uint8Array): Uint8Array<ArrayBuffer> {
  const rgba = new Uint8Array(argb.length);
  for (let at = 0; at + 3 < argb.length; at += 4) {
    rgba[at] = argb[at + 1];
    rgba[at + 1] = argb[at + 2];
    rgba[at + 2] = argb[at + 3];
    rgba[at + 3] = argb[at];
  }
  return rgba;
}

/** The smallest that is not too small for `size`, else the largest; `undefined` of none. */
export function fittingIcon<T extends { width: number }>(icons: readonly T[], size: number): T | undefined {
  const bySize = icons.toSorted((one, other) => one.width - other.width);
  return bySize.find((icon) => icon.width >= size) ?? bySize.at(-1);
}

/** A GdkPixbuf, to be unreferenced. Throws when the bytes are not as many as the size says. */
export function createPixbuf(gtk: Gtk, { width, height, argb }: Icon): Deno.PointerValue {
  const pixels = rgbaFromArgb(Uint8Array.fromBase64(argb));
  const isSize = (value: number) => Number.isInteger(value) && value > 0 && value <= maxSize;
  if (!isSize(width) || !isSize(height) || pixels.length !== 4 * width * height) {
    throw new RangeError(`Cannot show an icon of ${width} x ${height} pixels with ${pixels.length} bytes`);
  }
  const bytes = gtk.g_bytes_new(pixels, BigInt(pixels.length));
  const pixbuf = gtk.gdk_pixbuf_new_from_bytes(bytes, rgbColours, 1, bitsPerSample, width, height, 4 * width);
  gtk.g_bytes_unref(bytes);
  return pixbuf;
}
