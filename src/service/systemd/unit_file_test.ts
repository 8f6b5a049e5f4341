import { assertEquals } from "@std/assert";
import { hasProgram } from "../../../tests/support/private_bus.ts";
import { unitText } from "./user_unit.ts";

const ignore = !hasProgram("systemd-analyze") && Deno.env.get("CI") === undefined;
const packaged = await Deno.readTextFile(
  new URL("../../../packaging/systemd/cloudtolocalllm.service", import.meta.url),
);

const units: [what: string, text: string][] = [
  // Where the package lies, a program is.
  ["the packaged unit", packaged.replace("/usr/bin/cloudtolocalllm", "/usr/bin/env")],
  ["a unit for a desktop", unitText("/usr/bin/env run", "graphical-session.target")],
  ["a unit without a desktop", unitText("/usr/bin/env run", "default.target")],
];

for (const [what, text] of units) {
  Deno.test({
    name: `systemd-analyze verify finds nothing in ${what}`,
    ignore,
    fn: async () => {
      const folder = await Deno.makeTempDir({ prefix: "unit-" });
      try {
        await Deno.writeTextFile(`${folder}/cloudtolocalllm.service`, text);
        const options = {
          args: ["verify", "--user", "--man=no", `${folder}/cloudtolocalllm.service`],
          env: { XDG_RUNTIME_DIR: folder, HOME: folder },
        };
        const { code, stdout, stderr } = await new Deno.Command("systemd-analyze", options).output();
        const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
        assertEquals([code, decode(stdout), decode(stderr)], [0, "", ""]);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
