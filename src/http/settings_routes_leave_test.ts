import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { HttpScene } from "../../tests/support/http_scene.ts";

const own = { "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" };

/** Comes in through the door; what a browser sends from then on. */
async function signIn(scene: HttpScene): Promise<{ headers: Record<string, string>; csrf: string }> {
  const link = new URL(scene.context.settingsLink());
  const entered = await scene.ask(link.pathname + link.search);
  const [cookie] = entered.headers.get("set-cookie")!.split(";");
  const headers = { ...own, cookie };
  await (await scene.ask("/settings/about", { headers })).body?.cancel();
  return { headers, csrf: scene.visits.at(-1)!.visit.csrf };
}

const about = async (scene: HttpScene, headers: Record<string, string>) => {
  const { status, body } = await scene.ask("/settings/about", { headers });
  await body?.cancel();
  return status;
};

Deno.test("POST /settings/leave ends the session and takes its cookie away", async () => {
  const scene = new HttpScene();
  const { headers, csrf } = await signIn(scene);
  const left = await scene.ask("/settings/leave", { method: "POST", body: `csrf=${csrf}`, headers });
  assertEquals(left.status, 200);
  assertStringIncludes(await left.text(), "You are signed out");
  const cookie = left.headers.get("set-cookie")!;
  assert(cookie.startsWith("cloudtolocalllm-11435=; Path=/;") && cookie.endsWith("Max-Age=0"), cookie);
  assertEquals(await about(scene, headers), 401);
});

Deno.test("POST /settings/leave without the page's own token signs nobody out", async () => {
  const scene = new HttpScene();
  const { headers } = await signIn(scene);
  for (const changed of [headers, { ...headers, "sec-fetch-site": "cross-site" }]) {
    const refused = await scene.ask("/settings/leave", { method: "POST", body: "csrf=wrong", headers: changed });
    assertEquals(refused.status, 403);
    await refused.body?.cancel();
  }
  assertEquals(await about(scene, headers), 200);
});

Deno.test("POST /settings/leave ends what other windows of the session listen to", async () => {
  const scene = new HttpScene();
  const { headers, csrf } = await signIn(scene);
  await scene.ask("/settings/overview/live", { headers: { ...headers, accept: "text/event-stream" } });
  const { signal } = scene.visits.at(-1)!.request;
  assertEquals(signal.aborted, false);
  const left = await scene.ask("/settings/leave", { method: "POST", body: `csrf=${csrf}`, headers });
  await left.body?.cancel();
  assertEquals(signal.aborted, true);
});
