import { assertEquals, assertRejects } from "@std/assert";
import { HttpScene } from "../../tests/support/http_scene.ts";
import { RequestError } from "../core/errors.ts";
import { sentJson } from "./sent_json.ts";

const { context } = new HttpScene();
const sent = (body: BodyInit | null) =>
  sentJson(context, new Request("http://127.0.0.1/", { method: "POST", body }), { maxBytes: 10_000 });

Deno.test("sentJson() reads an object, and takes nothing else for one", async () => {
  assertEquals(await sent('{"a":1}'), { a: 1 });
  assertEquals(Object.keys((await sent('{"__proto__":{"a":1}}'))!), ["__proto__"]);
  for (const body of [null, "", "[]", "1", "null", '"{}"', "{", new Uint8Array([0x7b, 0xff, 0x7d])]) {
    assertEquals(await sent(body), undefined);
  }
});

Deno.test("sentJson() takes no JSON that is nested deeper than anything it is for", async () => {
  const nested = (depth: number) => '{"a":'.repeat(depth) + "1" + "}".repeat(depth);
  assertEquals(typeof await sent(nested(90)), "object");
  assertEquals(await sent(nested(1_000)), undefined);
});

Deno.test("sentJson() says when it is too much", async () => {
  const error = await assertRejects(() => sent(" ".repeat(10_001)), RequestError);
  assertEquals([error.status, error.message], [413, "The request is larger than 10000 bytes"]);
});
