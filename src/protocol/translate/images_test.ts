import { assertEquals, assertThrows } from "@std/assert";
import { RequestError } from "../../core/errors.ts";
import { imageFromUrl, imageToDataUrl } from "./images.ts";

function bytes(...parts: (string | number[])[]): string {
  const all = parts.flatMap((part) => typeof part === "string" ? [...new TextEncoder().encode(part)] : part);
  return new Uint8Array(all).toBase64();
}

const formats: [type: string, base64: string][] = [
  ["image/png", bytes([0x89], "PNG\r\n", [0x1a, 0x0a, 0, 0, 0, 13])],
  ["image/jpeg", bytes([0xff, 0xd8, 0xff, 0xe0, 0, 16])],
  ["image/jpeg", bytes([0xff, 0xd8, 0xff, 0xdb, 0, 67])],
  ["image/gif", bytes("GIF87a")],
  ["image/gif", bytes("GIF89a")],
  ["image/webp", bytes("RIFF", [0, 0, 0, 0], "WEBPVP8 ")],
  ["image/webp", bytes("RIFF", [255, 255, 255, 255], "WEBPVP8L")],
];

for (const [type, base64] of formats) {
  Deno.test(`imageToDataUrl() knows ${type} ${base64}`, () => {
    const url = `data:${type};base64,${base64}`;
    assertEquals(imageToDataUrl(base64, "images[0]"), url);
    assertEquals(imageFromUrl(url, "url"), base64);
    // Some clients write the whole URL where Ollama wants the base64 alone.
    assertEquals(imageToDataUrl(url, "images[0]"), url);
  });
}

for (const value of [bytes("RIFF", [0, 0, 0, 0], "WAVE"), bytes("<svg>"), "", "http://x/y.png", 5, null]) {
  Deno.test(`imageToDataUrl() refuses ${JSON.stringify(value)}`, () => {
    assertThrows(() => imageToDataUrl(value, "images[0]"), RequestError, "images[0]");
  });
}

for (const url of ["http://169.254.169.254/x.png", "HTTPS://host/y.png"]) {
  Deno.test(`imageFromUrl() says that ${url} is not fetched`, () => {
    assertThrows(() => imageFromUrl(url, "url"), RequestError, "not fetched from the network");
  });
}
