import { assertEquals } from "@std/assert";
import { ollamaFindings, ollamaHost, type OllamaSight } from "./ollama_check.ts";

const usual = "http://127.0.0.1:11434";
const sight: OllamaSight = {
  backends: [{ id: "local", url: usual }],
  servers: [{ url: usual, models: 2 }],
  installed: "program",
  isElsewhere: false,
  isHostOurs: false,
  isRoot: false,
  configFile: "/c/config.json",
};

Deno.test("ollamaFindings() names what is wrong, and a remedy for each way of installation", () => {
  const serve = "OLLAMA_HOST=127.0.0.1:11434 nohup ollama serve >/dev/null 2>&1 &";
  const step = "Set the url of local to http://127.0.0.1:9999 in /c/config.json, or in the settings";
  const cases: [change: Partial<OllamaSight>, id: string, remedy: string | null][] = [
    [{}, "ollama", null],
    [{ servers: [] }, "ollama-off", serve],
    [{ servers: [], isHostOurs: true }, "ollama-host", serve],
    [{ servers: [], installed: "service" }, "ollama-off", "sudo systemctl start ollama"],
    [{ servers: [], installed: "service", isRoot: true }, "ollama-off", "systemctl start ollama"],
    [{ servers: [], installed: "no" }, "ollama-missing", "curl -fsSL https://ollama.com/install.sh | sh"],
    [
      { servers: [], installed: "no", isElsewhere: true },
      "ollama-unused",
      "curl -fsSL https://ollama.com/install.sh | sh",
    ],
    [{ servers: [{ url: usual, models: 0 }] }, "ollama-empty", "OLLAMA_HOST=127.0.0.1:11434 ollama pull llama3.2"],
    [{ servers: [{ url: "http://127.0.0.1:9999", models: 1 }] }, "ollama-elsewhere", step],
    [{ backends: [{ id: "local", url: `${usual}/` }] }, "ollama", null],
  ];
  for (const [change, id, remedy] of cases) {
    const [finding] = ollamaFindings({ ...sight, ...change });
    assertEquals([finding.id, finding.remedy], [id, remedy], JSON.stringify(change));
  }
  assertEquals(ollamaFindings({ ...sight, backends: [], servers: [], installed: "no" }), []);
});

Deno.test("ollamaHost() understands OLLAMA_HOST as Ollama does", () => {
  const cases: [value: string | undefined, url: string | undefined][] = [
    [undefined, undefined],
    ["", undefined],
    ["127.0.0.1", usual],
    ["127.0.0.1:9999", "http://127.0.0.1:9999"],
    ["0.0.0.0", usual],
    ["[::]:8080", "http://127.0.0.1:8080"],
    ['"localhost:11435"', "http://localhost:11435"],
    ["http://box.example", "http://box.example:80"],
    ["https://box.example", "https://box.example:443"],
    ["box.example:80", "http://box.example:80"],
    [":::", undefined],
  ];
  for (const [value, url] of cases) assertEquals(ollamaHost(value), url, value);
});
