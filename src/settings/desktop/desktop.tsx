import type { Section } from "../section.ts";
import { showPage } from "../show_page.tsx";

export const desktop: Section = {
  path: "desktop",
  title: "Desktop",
  addTo(app, context) {
    app.get("/settings/desktop", (c) => showPage(c, context, { title: "Desktop", path: "desktop" }, null));
  },
};
