import { assertEquals } from "@std/assert";
import { HttpScene } from "../../tests/support/http_scene.ts";

Deno.test("GET /control/v1/logs is the last lines as text", async () => {
  const scene = new HttpScene();
  scene.recentLog.add("<b>one</b>\n");
  scene.recentLog.add("two\n");
  const response = await scene.control("/logs");
  const { headers } = response;
  assertEquals([headers.get("content-type"), headers.get("x-content-type-options"), headers.get("cache-control")], [
    "text/plain;charset=UTF-8",
    "nosniff",
    "no-store",
  ]);
  assertEquals(await response.text(), "<b>one</b>\ntwo\n");
});

Deno.test("GET /control/v1/logs?follow=1 goes on with each new line, and ends with the daemon", async () => {
  const scene = new HttpScene();
  scene.recentLog.add("kept\n");
  const response = await scene.control("/logs?follow=1");
  scene.recentLog.add("new\n");
  scene.recentLog.add("in two\r\nparts\n");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("parts")) text += (await reader.read()).value;
  assertEquals(text, "event:line\ndata:kept\n\nevent:line\ndata:new\n\nevent:line\ndata:in two\ndata:parts\n\n");
  scene.stopping.abort();
  assertEquals((await reader.read()).done, true);
});

Deno.test("HEAD leaves no stream behind that waits for a reader", async () => {
  const scene = new HttpScene();
  let followers = 0;
  const { recentLog } = scene;
  const subscribe = recentLog.subscribe.bind(recentLog);
  recentLog.subscribe = (listener) => {
    followers++;
    const end = subscribe(listener);
    return () => (followers--, end());
  };
  const response = await scene.control("/logs?follow=1", { method: "HEAD" });
  assertEquals([response.status, response.body, followers], [200, null, 0]);
});
