import { assertEquals } from "@std/assert";
import { HttpScene } from "../../tests/support/http_scene.ts";
import { sessionCookie, sessionOf } from "./session_cookie.ts";

Deno.test("sessionCookie() is for no script and no other site, and named after the port", () => {
  const rest = "=id; Path=/; HttpOnly; SameSite=Strict";
  assertEquals(sessionCookie("http://127.0.0.1:11435", "id"), `cloudtolocalllm-11435${rest}`);
  assertEquals(sessionCookie("http://127.0.0.1:80", "id"), `cloudtolocalllm-80${rest}`);
});

Deno.test("sessionOf() finds the session among whatever cookies there are", () => {
  const { context } = new HttpScene();
  const session = context.door.createSession();
  const name = "cloudtolocalllm-11435";
  const table: [cookie: string, isFound: boolean][] = [
    [`${name}=${session.id}`, true],
    [`a=b; ${name}=${session.id}; c`, true],
    [`${name}=${session.id};x=y`, true],
    [`${name}=planted; ${name}=${session.id}`, true],
    [`${`${name}=planted; `.repeat(7)}${name}=${session.id}`, true],
    [`${`${name}=planted; `.repeat(8)}${name}=${session.id}`, false],
    [`${name}=${session.csrf}`, false],
    [`${name}="${session.id}"`, false],
    [`${name}=${session.id}=`, false],
    [`${name}x=${session.id}`, false],
    [`x${name}=${session.id}`, false],
    [`cloudtolocalllm-11436=${session.id}`, false],
    [`${name}`, false],
    [`${name}=`, false],
    ["", false],
  ];
  for (const [cookie, isFound] of table) {
    const request = new Request("http://127.0.0.1:11435/settings", { headers: { cookie, host: "127.0.0.1:11435" } });
    assertEquals(sessionOf(context, request), isFound ? session : undefined, cookie);
  }
});

Deno.test("sessionOf() knows nobody who comes from a page of another port, cookie or not", () => {
  const { context } = new HttpScene();
  const cookie = `cloudtolocalllm-11435=${context.door.createSession().id}`;
  const isKnown = (headers: Record<string, string>) =>
    sessionOf(context, new Request("http://127.0.0.1:11435/", { headers: { cookie, ...headers } })) !== undefined;
  assertEquals(isKnown({ "sec-fetch-site": "same-site" }), false);
  assertEquals(isKnown({ origin: "http://127.0.0.1:3000", host: "127.0.0.1:11435" }), false);
  assertEquals(isKnown({ "sec-fetch-site": "none" }), true);
});
