import type { Section } from "../section.ts";
import { showPage } from "../show_page.tsx";

export const about: Section = {
  path: "about",
  title: "About",
  addTo(app, context) {
    app.get("/settings/about", (c) => showPage(c, context, { title: "About", path: "about" }, null));
  },
};
