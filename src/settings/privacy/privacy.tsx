import type { Section } from "../section.ts";
import { showPage } from "../show_page.tsx";

export const privacy: Section = {
  path: "privacy",
  title: "Privacy and limits",
  addTo(app, context) {
    app.get("/settings/privacy", (c) => showPage(c, context, { title: "Privacy and limits", path: "privacy" }, null));
  },
};
