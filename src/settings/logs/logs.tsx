import type { Section } from "../section.ts";
import { showPage } from "../show_page.tsx";

export const logs: Section = {
  path: "logs",
  title: "Logs",
  addTo(app, context) {
    app.get("/settings/logs", (c) => showPage(c, context, { title: "Logs", path: "logs" }, null));
  },
};
