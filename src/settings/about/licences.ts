import { packageVersions } from "../../core/packages.ts";

/** Somebody else's work in the program, under the MIT licence, whose text is below. */
export interface CarriedPackage {
  /** Its name in deno.json; `deno` is the runtime. */
  name: string;
  version: string;
  what: string;
  licence: "MIT";
  copyright: string;
  home: string;
}

type Notice = Omit<CarriedPackage, "name" | "version">;

/** By the packages' own words; a test holds the names against what the sources import. */
const notices: Readonly<Record<string, Notice>> = {
  hono: {
    what: "Routes of the HTTP server and this page",
    licence: "MIT",
    copyright: "2021 - present, Yusuke Wada and Hono contributors",
    home: "https://hono.dev",
  },
  "deno-std": {
    what: "Deno's standard library (@std)",
    licence: "MIT",
    copyright: "2018-2026 the Deno authors",
    home: "https://github.com/denoland/std",
  },
  "dbus-native": {
    what: "Messages of D-Bus",
    licence: "MIT",
    copyright: "Andrey Sidorov",
    home: "https://github.com/sidorares/dbus-native",
  },
  valibot: {
    what: "Checks of the configuration",
    licence: "MIT",
    copyright: "Fabian Hiller",
    home: "https://valibot.dev",
  },
  "@valibot/to-json-schema": {
    what: "The configuration's JSON Schema",
    licence: "MIT",
    copyright: "Fabian Hiller",
    home: "https://valibot.dev",
  },
};

/** All that the program carries beside its own code. */
export function carriedPackages(): CarriedPackage[] {
  const packages = Object.entries(notices).map(([name, notice]) => ({
    name,
    version: packageVersions.get(name) ?? "",
    ...notice,
  }));
  const deno: CarriedPackage = {
    name: "deno",
    version: Deno.version.deno,
    what: "The runtime",
    licence: "MIT",
    copyright: "2018-2026 the Deno authors",
    home: "https://deno.com",
  };
  return [deno, ...packages];
}

export const ownCopyright = "2026 The CloudToLocalLLM contributors";

/** What the licence says, below the line of each copyright. */
export const mitText = [
  "Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated " +
  'documentation files (the "Software"), to deal in the Software without restriction, including without limitation the ' +
  "rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to " +
  "permit persons to whom the Software is furnished to do so, subject to the following conditions:",
  "The above copyright notice and this permission notice shall be included in all copies or substantial portions of " +
  "the Software.",
  'THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO ' +
  "THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE " +
  "AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, " +
  "TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE " +
  "SOFTWARE.",
];
