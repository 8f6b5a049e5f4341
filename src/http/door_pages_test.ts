import { assertEquals, assertStringIncludes } from "@std/assert";
import { continuePage, lockedPage, messagePage } from "./door_pages.ts";

Deno.test("lockedPage() says how to get in", async () => {
  const response = lockedPage(401);
  assertEquals([response.status, response.headers.get("content-type")], [401, "text/html; charset=utf-8"]);
  assertStringIncludes(await response.text(), "<code>cloudtolocalllm settings</code>");
});

Deno.test("the pages outside the door escape what they are given, and hold no script", async () => {
  const evil = `<script>alert("1")</script>`;
  for (const response of [lockedPage(403, evil), messagePage(400, evil, evil), continuePage()]) {
    const text = await response.text();
    assertEquals(text.includes("<script"), false);
    assertEquals(/ style=| on\w+=/.test(text), false);
  }
});

Deno.test("continuePage() goes on to the settings and nowhere else", async () => {
  assertStringIncludes(await continuePage().text(), `content="0;url=/settings"`);
});
