import { assertEquals, assertRejects } from "@std/assert";
import type { SettingsContext } from "./context.ts";
import { createSettingsPage } from "./page.tsx";

/** A page of a daemon that can tell nothing. */
const page = createSettingsPage({
  status() {
    throw new RangeError("no status");
  },
} as Partial<SettingsContext> as SettingsContext);

const see = (path: string) => page(new Request(`http://127.0.0.1:11435${path}`), { csrf: "" });

Deno.test("createSettingsPage() leads to the overview", async () => {
  for (const path of ["/settings", "/settings/"]) {
    const { status, headers } = await see(path);
    assertEquals([status, headers.get("location")], [303, "/settings/overview"]);
  }
});

Deno.test("createSettingsPage() leaves mistakes to who called it, so that they are logged", async () => {
  for (const path of ["/settings/overview", "/settings/nowhere"]) await assertRejects(() => see(path), RangeError);
});
