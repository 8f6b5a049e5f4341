import { assertEquals } from "@std/assert";
import { oldFileCases, oldFileText, oldToken } from "../../tests/support/migration/old_files.ts";
import { withoutToken } from "./without_token.ts";

Deno.test("withoutToken() takes the token alone, and leaves every other character", () => {
  for (const { text, isUsable } of oldFileCases) {
    if (isUsable) assertEquals(withoutToken(text), text.replace(JSON.stringify(oldToken), '""'));
  }
});

Deno.test("withoutToken() knows the key however it is written, and nothing that only looks like it", () => {
  for (
    const [before, after] of [
      ['{"cloud_proxy":{"auth_token":"t"}}', '{"cloud_proxy":{"auth_token":""}}'],
      ['\ufeff{ "cloud_proxy" :\n{ "auth\\u005ftoken"\t: "t\\"}" , "n": 1.50e3 } }\n', undefined],
      ['{"cloud_proxy":{"auth_token":"a","auth_token":"b"}}', '{"cloud_proxy":{"auth_token":"","auth_token":""}}'],
      ['{"x":{"cloud_proxy":{"auth_token":"t"}},"cloud_proxy":{"y":{"auth_token":"t"}}}', "same"],
      ['{"local_ollama":{"auth_token":"t"},"l":[{"cloud_proxy":{"auth_token":"t"}},"\\\\"]}', "same"],
      ['{"cloud_proxy":{"auth_token":{"a":[1,{}]},"b":[]}}', '{"cloud_proxy":{"auth_token":"","b":[]}}'],
      ['{"cloud_proxy":"auth_token"}', "same"],
      ['{"cloud_proxy":{}, "a":[ ], "b": [ -1.0 , null,true ] }', "same"],
    ] as const
  ) {
    const expected = after === "same" ? before : after ?? before.replace('"t\\"}"', '""');
    assertEquals(withoutToken(before), expected);
  }
});

Deno.test("withoutToken() reads a token of a megabyte", () => {
  const text = oldFileText({ token: '\\"'.repeat(400_000) });
  assertEquals(JSON.parse(withoutToken(text)).cloud_proxy.auth_token, "");
});
