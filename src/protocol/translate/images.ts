import { untranslatable } from "./fields.ts";

/** First bytes of the formats that models take, as base64 shows them, cut to whole groups of six bits. */
const magics: [prefix: RegExp, type: string][] = [
  [/^iVBORw0KGgo/, "image/png"],
  [/^\/9j\//, "image/jpeg"],
  [/^R0lGOD/, "image/gif"],
  // RIFF, four bytes of size, then WEBP.
  [/^UklGR.{6}XRUJQ/, "image/webp"],
];

/** Ollama's bare base64 image as a `data:` URL, its type told by its first bytes. */
export function imageToDataUrl(image: unknown, field: string): string {
  if (typeof image !== "string") throw untranslatable(field, "must be an image in base64");
  const base64 = image.startsWith("data:") ? dataOf(image, field) : image;
  const magic = magics.find(([prefix]) => prefix.test(base64));
  if (!magic) throw untranslatable(field, "must be a PNG, JPEG, GIF or WebP image in base64");
  return `data:${magic[1]};base64,${base64}`;
}

/**
 * OpenAI's image URL as Ollama's bare base64. Only `data:` URLs: fetching an address that a client chose would let it
 * reach the network as this machine.
 */
export function imageFromUrl(url: unknown, field: string): string {
  if (typeof url !== "string") throw untranslatable(field, "must be a data: URL with an image in base64");
  if (/^https?:/i.test(url)) {
    throw untranslatable(field, "must be a data: URL; images are not fetched from the network");
  }
  return dataOf(url, field);
}

function dataOf(url: string, field: string): string {
  const comma = url.indexOf(",");
  const head = url.slice(0, Math.min(comma, 200));
  if (comma === -1 || !/^data:(image\/[\w.+-]+)?(;[^;,]*)*;base64$/i.test(head) || comma + 1 === url.length) {
    throw untranslatable(field, "must be a data: URL with an image in base64");
  }
  return url.slice(comma + 1);
}
