import type { Section } from "../section.ts";
import { showPage } from "../show_page.tsx";

export const overview: Section = {
  path: "overview",
  title: "Overview",
  addTo(app, context) {
    app.get("/settings/overview", (c) => showPage(c, context, { title: "Overview", path: "overview" }, null));
  },
};
