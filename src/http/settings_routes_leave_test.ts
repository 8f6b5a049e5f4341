import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { HttpScene } from "../../tests/support/http_scene.ts";

const own = { "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" };

Deno.test("POST /settings/leave ends the session and takes its cookie away", async () => {
  const scene = new HttpScene();
  const session = scene.door.enter(scene.door.createLink())!;
  const headers = { ...own, cookie: `cloudtolocalllm-11435=${session.id}` };
  const left = await scene.ask("/settings/leave", { method: "POST", body: `csrf=${session.csrf}`, headers });
  assertEquals(left.status, 200);
  assertStringIncludes(await left.text(), "You are signed out");
  const cookie = left.headers.get("set-cookie")!;
  assert(cookie.startsWith("cloudtolocalllm-11435=; Path=/;") && cookie.endsWith("Max-Age=0"), cookie);
  const again = await scene.ask("/settings/about", { headers });
  assertEquals([again.status, scene.visits.length], [401, 0]);
  await again.body?.cancel();
});

Deno.test("POST /settings/leave without the page's own token signs nobody out", async () => {
  const scene = new HttpScene();
  const session = scene.door.enter(scene.door.createLink())!;
  const headers = { ...own, cookie: `cloudtolocalllm-11435=${session.id}` };
  const refused = await scene.ask("/settings/leave", { method: "POST", body: "csrf=wrong", headers });
  assertEquals([refused.status, scene.door.session(session.id)], [403, session]);
  await refused.body?.cancel();
});
