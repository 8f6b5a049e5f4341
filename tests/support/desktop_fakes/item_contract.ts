/** What an interface has to offer, to the letter: signatures by name, of arguments in, out and of signals. */
export interface InterfaceContract {
  properties: Record<string, string>;
  methods: Record<string, readonly [ins: string, outs: string]>;
  signals: Record<string, string>;
}

/** org.kde.StatusNotifierItem as panels read it. */
export const itemContract: InterfaceContract = {
  properties: {
    Id: "s",
    Category: "s",
    Status: "s",
    Title: "s",
    WindowId: "i",
    IconThemePath: "s",
    IconName: "s",
    IconPixmap: "a(iiay)",
    AttentionIconName: "s",
    AttentionIconPixmap: "a(iiay)",
    AttentionMovieName: "s",
    OverlayIconName: "s",
    OverlayIconPixmap: "a(iiay)",
    ToolTip: "(sa(iiay)ss)",
    ItemIsMenu: "b",
    Menu: "o",
  },
  methods: {
    Activate: ["ii", ""],
    SecondaryActivate: ["ii", ""],
    ContextMenu: ["ii", ""],
    Scroll: ["is", ""],
    ProvideXdgActivationToken: ["s", ""],
  },
  signals: {
    NewTitle: "",
    NewIcon: "",
    NewAttentionIcon: "",
    NewOverlayIcon: "",
    NewToolTip: "",
    NewStatus: "s",
    NewIconThemePath: "s",
    NewMenu: "",
  },
};

/** com.canonical.dbusmenu, version 3. */
export const menuContract: InterfaceContract = {
  properties: { Version: "u", TextDirection: "s", Status: "s", IconThemePath: "as" },
  methods: {
    GetLayout: ["iias", "u(ia{sv}av)"],
    GetGroupProperties: ["aias", "a(ia{sv})"],
    GetProperty: ["is", "v"],
    Event: ["isvu", ""],
    EventGroup: ["a(isvu)", "ai"],
    AboutToShow: ["i", "b"],
    AboutToShowGroup: ["ai", "aiai"],
  },
  signals: { LayoutUpdated: "ui", ItemsPropertiesUpdated: "a(ia{sv})a(ias)", ItemActivationRequested: "iu" },
};

/** One interface of an introspection, in the form of a contract. Throws when it is not there. */
export function offered(xml: string, interfaceName: string): InterfaceContract {
  const body = new RegExp(`<interface name="${interfaceName}">(.*?)</interface>`, "s").exec(xml)?.[1];
  if (body === undefined) throw new Error(`${interfaceName} is not in the introspection`);
  const contract: InterfaceContract = { properties: {}, methods: {}, signals: {} };
  for (const [, name, type] of body.matchAll(/<property name="(\w+)" type="([^"]+)" access="read"/g)) {
    contract.properties[name] = type;
  }
  for (const [, name, args] of elements(body, "method")) {
    contract.methods[name] = [types(args, "in"), types(args, "out")];
  }
  for (const [, name, args] of elements(body, "signal")) contract.signals[name] = types(args);
  return contract;
}

function elements(body: string, kind: string) {
  return body.matchAll(new RegExp(`<${kind} name="(\\w+)"(?:/>|>(.*?)</${kind}>)`, "gs"));
}

function types(args: string | undefined, direction?: "in" | "out"): string {
  const pattern = new RegExp(`<arg [^>]*type="([^"]+)"${direction ? ` direction="${direction}"` : ""}`, "g");
  return [...(args ?? "").matchAll(pattern)].map(([, type]) => type).join("");
}
