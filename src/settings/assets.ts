import answerStream from "./assets/answer_stream.js" with { type: "text" };
import base from "./assets/base.js" with { type: "text" };
import connections from "./assets/connections.js" with { type: "text" };
import models from "./assets/models.js" with { type: "text" };
import textView from "./assets/text_view.js" with { type: "text" };
import tryIt from "./assets/try_it.js" with { type: "text" };
import turnView from "./assets/turn_view.js" with { type: "text" };
import icon from "./assets/icon.svg" with { type: "text" };
import logs from "./assets/logs.js" with { type: "text" };
import privacy from "./assets/privacy.js" with { type: "text" };
import styles from "./assets/settings.css" with { type: "text" };

const script = (text: string) => ({ text, type: "text/javascript; charset=utf-8" });

/** All that the page loads beside itself; from the program, so that it never differs from the page's own version. */
const assets: Readonly<Record<string, { text: string; type: string }>> = {
  "settings.css": { text: styles, type: "text/css; charset=utf-8" },
  "icon.svg": { text: icon, type: "image/svg+xml" },
  "answer_stream.js": script(answerStream),
  "base.js": script(base),
  "connections.js": script(connections),
  "logs.js": script(logs),
  "models.js": script(models),
  "privacy.js": script(privacy),
  "text_view.js": script(textView),
  "try_it.js": script(tryIt),
  "turn_view.js": script(turnView),
};

/** One of them, compressed where the browser takes that. It is asked for again each time, and mostly answered with 304. */
export async function serveAsset(name: string, asked: Headers): Promise<Response> {
  if (!Object.hasOwn(assets, name)) return new Response("There is no such file", { status: 404 });
  const { text, type } = assets[name];
  const etag = await etagOf(text);
  const headers = new Headers({ "content-type": type, "cache-control": "no-cache", etag, vary: "accept-encoding" });
  if (asked.get("if-none-match")?.includes(etag)) return new Response(null, { status: 304, headers });
  if (!/\bgzip\b/.test(asked.get("accept-encoding") ?? "")) return new Response(text, { headers });
  headers.set("content-encoding", "gzip");
  return new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip")), { headers });
}

/** Weak, for it names the text and not its compressed form. */
async function etagOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `W/"${new Uint8Array(digest, 0, 12).toHex()}"`;
}
