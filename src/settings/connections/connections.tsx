import type { Section } from "../section.ts";
import { showPage } from "../show_page.tsx";

export const connections: Section = {
  path: "connections",
  title: "Connections",
  addTo(app, context) {
    app.get("/settings/connections", (c) => showPage(c, context, { title: "Connections", path: "connections" }, null));
  },
};
