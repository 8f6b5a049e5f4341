import { Hono } from "@hono/hono";
import type { SettingsPage } from "../state/settings_visit.ts";
import { serveAsset } from "./assets.ts";
import type { SettingsContext } from "./context.ts";
import { Notice } from "./layout.tsx";
import { showPage } from "./show_page.tsx";
import { sections } from "./sections.ts";
import type { SettingsEnv } from "./section.ts";

/** The settings page: each section adds its own routes. Whoever calls it has come through the door. */
export function createSettingsPage(context: SettingsContext): SettingsPage {
  const app = new Hono<SettingsEnv>();
  for (const path of ["/settings", "/settings/"]) app.get(path, (c) => c.redirect("/settings/overview", 303));
  app.get("/settings/assets/:name", (c) => serveAsset(c.req.param("name"), c.req.raw.headers));
  for (const section of sections) section.addTo(app, context);
  app.notFound((c) =>
    showPage(c, context, { title: "No such page", status: 404 }, <Notice kind="error">There is no such page.</Notice>)
  );
  // For who called it: Hono itself would print it, past the log and what that keeps out.
  app.onError((error) => {
    throw error;
  });
  return async (request, visit) => await app.fetch(request, visit);
}
