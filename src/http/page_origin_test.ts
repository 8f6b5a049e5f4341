import { assertEquals } from "@std/assert";
import { isFromElsewhere, isFromOwnPage, isOwnHost, isOwnOrigin } from "./page_origin.ts";

Deno.test("isOwnHost() takes the daemon's own names with its port, and allowed names with any", () => {
  const address = { listenUrl: "http://127.0.0.1:11435", listen: { allowedHosts: ["Box.lan"] } };
  const own = ["127.0.0.1:11435", "localhost:11435", "LocalHost:11435", "[::1]:11435"];
  const allowed = ["box.lan", "BOX.LAN", "box.lan:443", "box.lan:11435"];
  for (const host of [...own, ...allowed]) assertEquals(isOwnHost(host, address), true, host);
  const foreign = [
    ...["", "127.0.0.1", "localhost", "127.0.0.1:3000", "127.0.0.1:114350", "evil.example", "evil.example:11435"],
    ...["localhost.:11435", "127.1:11435", "0x7f.0.0.1:11435", "2130706433:11435", "[::ffff:127.0.0.1]:11435"],
    ...["0.0.0.0:11435", "192.168.1.5:11435", "x.localhost:11435", "evil@127.0.0.1:11435", "127.0.0.1:11435@evil"],
    ...["127.0.0.1:11435, evil", "127.0.0.1:11435/", "127.0.0.1:11435 ", "a.box.lan", "box.lan.", "box.lan.evil"],
    ...["box.lan:", "box.lan:x", "box.lan@evil", "evil@box.lan"],
  ];
  for (const host of foreign) assertEquals(isOwnHost(host, address), false, host);
});

Deno.test("isOwnHost() knows the port that http has anyway, and the address that is listened on", () => {
  const table: [listenUrl: string, host: string, expected: boolean][] = [
    ["http://127.0.0.1:80", "127.0.0.1", true],
    ["http://127.0.0.1:80", "localhost:80", true],
    ["http://127.0.0.1:80", "localhost:8080", false],
    ["http://192.168.1.5:11435", "192.168.1.5:11435", true],
    ["http://192.168.1.5:11435", "192.168.1.6:11435", false],
    ["http://[::]:11435", "[::1]:11435", true],
    ["http://[::]:11435", "localhost:11435", true],
    ["http://0.0.0.0:11435", "127.0.0.1:11435", true],
    ["http://0.0.0.0:11435", "192.168.1.5:11435", false],
  ];
  for (const [listenUrl, host, expected] of table) {
    assertEquals(isOwnHost(host, { listenUrl, listen: { allowedHosts: [] } }), expected, `${listenUrl} ${host}`);
  }
});

Deno.test("isOwnOrigin() compares the page's host with the one that it asks", () => {
  const table: [origin: string | undefined, host: string, expected: boolean][] = [
    ["http://127.0.0.1:11435", "127.0.0.1:11435", true],
    ["http://localhost:11435", "LOCALHOST:11435", true],
    ["https://box.lan", "box.lan", true],
    ["https://box.lan", "box.lan:443", true],
    ["http://box.lan", "box.lan:80", true],
    ["https://box.lan", "box.lan:80", false],
    ["http://127.0.0.1:3000", "127.0.0.1:11435", false],
    ["http://localhost:11435", "127.0.0.1:11435", false],
    ["https://evil.example", "box.lan", false],
    ["null", "null", false],
    ["", "", false],
    ["app://127.0.0.1:11435", "127.0.0.1:11435", false],
    [undefined, "127.0.0.1:11435", false],
  ];
  for (const [origin, host, expected] of table) {
    const headers = new Headers({ host, ...(origin === undefined ? {} : { origin }) });
    assertEquals(isOwnOrigin(headers), expected, `${origin} ${host}`);
  }
});

const host = "127.0.0.1:11435";
const own = `http://${host}`;

/** What the browser says, whether that is our own page, and whether it is from elsewhere. */
const said: [headers: Record<string, string>, isOwn: boolean, isElsewhere: boolean][] = [
  [{ "sec-fetch-site": "same-origin" }, true, false],
  [{ "sec-fetch-site": "same-origin", origin: own }, true, false],
  [{ "sec-fetch-site": "same-origin", origin: "null" }, true, false],
  [{ origin: own }, true, false],
  [{}, false, false],
  [{ "sec-fetch-site": "none" }, false, false],
  [{ "sec-fetch-site": "same-site", origin: "http://127.0.0.1:3000" }, false, true],
  [{ "sec-fetch-site": "same-site" }, false, true],
  [{ "sec-fetch-site": "cross-site" }, false, true],
  [{ "sec-fetch-site": "cross-site", origin: own }, false, true],
  [{ "sec-fetch-site": "none", origin: "https://evil.example" }, false, true],
  [{ "sec-fetch-site": "something-new" }, false, true],
  [{ "sec-fetch-site": "" }, false, true],
  [{ origin: "null" }, false, true],
  [{ origin: "https://evil.example" }, false, true],
  [{ origin: "http://127.0.0.1:3000" }, false, true],
];

Deno.test("isFromOwnPage() and isFromElsewhere() go by what the browser says, and by the origin where it says nothing", () => {
  for (const [headers, isOwn, isElsewhere] of said) {
    const asked = new Headers({ host, ...headers });
    assertEquals([isFromOwnPage(asked), isFromElsewhere(asked)], [isOwn, isElsewhere], JSON.stringify(headers));
  }
});
