import type { Field } from "../form/field.ts";

/** What is seen of the daemon on the desktop. */
export const appearance: readonly Field[] = [
  {
    keys: ["desktop", "enabled"],
    label: "Appear on the desktop",
    help: "Tray, notifications, commands over D-Bus, and heed of sleep, network and battery. Without it the daemon " +
      "answers all the same.",
    input: { kind: "switch" },
  },
  {
    keys: ["desktop", "tray"],
    label: "Icon in the tray",
    help: "Your panel must show such icons; GNOME wants its AppIndicator extension for that.",
    input: { kind: "switch" },
  },
  {
    keys: ["desktop", "icon"],
    label: "Colour of the icon",
    help: "As your desktop follows its light or dark style; GNOME's bar is always dark, so the icon is light there.",
    input: { kind: "choice", options: [["auto", "As your desktop"], ["light", "Light"], ["dark", "Dark"]] },
  },
  {
    keys: ["desktop", "notifications"],
    label: "Notifications",
    help: "When another backend stands in, when it is over, and when something needs you.",
    input: { kind: "switch" },
  },
  {
    keys: ["app", "enabled"],
    label: "Serve the desktop app",
    help: "The CloudToLocalLLM app finds the daemon by a file in ~/.cloudtolocalllm, and only your own programs may " +
      "have it do something.",
    input: { kind: "switch" },
  },
];

/** Where programs reach the daemon. */
export const listening: readonly Field[] = [
  {
    keys: ["listen", "port"],
    label: "Port",
    help: "Takes effect after a restart of the daemon. 0: a free one.",
    input: { kind: "number", emptyMeans: "11435" },
  },
  {
    keys: ["listen", "host"],
    label: "Address to listen on",
    help: "Takes effect after a restart. 127.0.0.1 is this machine alone; 0.0.0.0 lets other machines ask, with a key.",
    input: { kind: "text", placeholder: "127.0.0.1", suggestions: ["127.0.0.1", "::1", "0.0.0.0", "::"] },
  },
  {
    keys: ["listen", "clientKey"],
    label: "Name of the client key",
    help: "Every program must send this key then. Its value is a secret that the daemon is given under this name, " +
      "never written here. Empty: no key, which only this machine allows.",
    input: { kind: "text", placeholder: "none" },
  },
];

/** What few people need. */
export const advanced: readonly Field[] = [
  {
    keys: ["listen", "allowedHosts"],
    label: "Other names of this machine",
    help: "Host names, one a line, under which programs may reach the daemon beside localhost and its addresses.",
    input: { kind: "lines", placeholder: "desktop.lan" },
  },
  {
    keys: ["listen", "allowedOrigins"],
    label: "Web pages that may ask",
    help: "Origins, one a line, whose pages may use the daemon from a browser. * in a name stands for any part of it.",
    input: { kind: "lines", placeholder: "https://chat.example" },
  },
  {
    keys: ["shutdownGraceMs"],
    label: "Patience when the daemon ends",
    help: "How long running answers may go on after it was told to stop.",
    input: { kind: "number", unit: "ms", emptyMeans: "10000" },
  },
];
