import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type ConfigProblem, formatProblems } from "./config_error.ts";
import { parseConfig, parseConfigText } from "./parse_config.ts";

const local = { id: "local", kind: "ollama", url: "http://127.0.0.1:11434", location: "local" };

function problemsOf(input: unknown): ConfigProblem[] {
  const result = parseConfig(input);
  return result.ok ? [] : result.problems;
}

Deno.test("parseConfig() fills in every default", () => {
  const result = parseConfig({ version: 1 });
  assert(result.ok);
  assertEquals(result.config.listen.port, 11_435);
  assertEquals(result.config.backends.map(({ id, enabled, secret }) => ({ id, enabled, secret })), [
    { id: "local", enabled: true, secret: null },
    { id: "cloud", enabled: false, secret: "cloud" },
  ]);
  assertEquals(result.input, { version: 1 });
});

const refused: [name: string, input: unknown, problem: ConfigProblem][] = [
  ["a list for a file", [], { path: "", reason: "must be an object in braces", value: "a list" }],
  ["a missing version", {}, { path: "version", reason: 'is missing; add "version": 1', value: "" }],
  ["a version as text", { version: "1" }, { path: "version", reason: "must be 1", value: '"1"' }],
  ["a newer version", { version: 2 }, {
    path: "version",
    reason: "the file is of a newer program; this one knows version 1: update it, or use an older file",
    value: "2",
  }],
  ["a mistyped key", { version: 1, listen: { prot: 8080 } }, {
    path: "listen.prot",
    reason: 'unknown option; did you mean "port"?',
    value: "8080",
  }],
  ["a key in another spelling", { version: 1, listen: { "client-key": "home" } }, {
    path: 'listen["client-key"]',
    reason: 'unknown option; did you mean "clientKey"?',
    value: "a text that is not shown",
  }],
  ["a key like no other", { version: 1, log: { colour: true } }, {
    path: "log.colour",
    reason: "unknown option; known here: level, format, file",
    value: "true",
  }],
  ["a port out of range", { version: 1, listen: { port: 70_000 } }, {
    path: "listen.port",
    reason: "must be a whole number from 0 to 65535",
    value: "70000",
  }],
  ["a broken number", { version: 1, listen: { port: 0.5 } }, {
    path: "listen.port",
    reason: "must be a whole number from 0 to 65535",
    value: "0.5",
  }],
  ["a mistyped choice", { version: 1, route: { mode: "localfirst" } }, {
    path: "route.mode",
    reason: 'must be one of local-first, cloud-first, local-only, cloud-only, fastest; did you mean "local-first"?',
    value: '"localfirst"',
  }],
  ["a list for an object", { version: 1, log: [] }, {
    path: "log",
    reason: "must be an object in braces",
    value: "a list",
  }],
  ["an object for a list", { version: 1, backends: {} }, {
    path: "backends",
    reason: "must be a list",
    value: "an object",
  }],
  ["a missing field", { version: 1, backends: [{ ...local, url: undefined }] }, {
    path: "backends[0].url",
    reason: "is missing; it must be a text",
    value: "",
  }],
  ["an id twice", { version: 1, backends: [local, local] }, {
    path: "backends[1].id",
    reason: "every backend needs an id of its own; backends[0] has this one",
    value: '"local"',
  }],
  ["null where it means nothing", { version: 1, backends: [{ ...local, models: { "llama3.2": null } }] }, {
    path: 'backends[0].models["llama3.2"]',
    reason: "must be a text that is not empty",
    value: "null",
  }],
];

for (const [name, input, problem] of refused) {
  Deno.test(`parseConfig() refuses ${name}`, () => assertEquals(problemsOf(input), [problem]));
}

Deno.test("parseConfig() accepts only plain http and https URLs", () => {
  const accepts = (url: string) => problemsOf({ version: 1, backends: [{ ...local, url }] }).length === 0;
  for (const url of ["http://h", "https://h/v1", "http://[::1]:11434", "https://h:1/a/b/"]) assert(accepts(url), url);
  const bad = ["h:1", "ftp://h", "http:h", "http://u:p@h", "http://h?k=1", "http://h#f", "http://h:99999", " http://h"];
  for (const url of bad) assert(!accepts(url), url);
});

Deno.test("parseConfig() reports all problems at once, each place once", () => {
  const problems = problemsOf({
    version: 1,
    a: 1,
    b: 2,
    listen: { port: 0.5, c: 3 },
    backends: [{ ...local, id: "" }, { ...local, d: 4 }, local],
  });
  const paths = ["a", "b", "listen.c", "backends[1].d", "backends[2].id", "listen.port", "backends[0].id"];
  assertEquals(problems.map(({ path }) => path), paths);
});

Deno.test("parseConfig() never repeats a token, and says where it belongs", () => {
  const token = "sk-or-v1-0123456789abcdef";
  for (const key of ["token", "apiKey", "api_key", "auth_token", "Authorization", "password", "secretKey", "bearer"]) {
    const problems = problemsOf({ version: 1, backends: [{ ...local, id: "open-router", [key]: token }] });
    assertEquals(problems.length, 1, key);
    assertStringIncludes(problems[0].reason, "tokens never belong in this file");
    assertStringIncludes(
      problems[0].reason,
      'set it with "cloudtolocalllm secret set open-router", and write "secret": "open-router"',
    );
    assert(!JSON.stringify(problems).includes(token));
  }
  const elsewhere = [
    { version: 1, backends: [{ ...local, secret: token }] },
    { version: 1, backends: [{ ...local, secret: token, token }] },
    { version: 1, backends: [{ ...local, url: `https://user:${token}@host` }] },
    { version: 1, backends: [{ ...local, url: `https://host/?key=${token}` }] },
    { version: 1, backends: [{ ...local, headers: { Authorization: token } }] },
    { version: 1, listen: { clientKey: token } },
    { version: 1, nonsense: token },
  ];
  for (const input of elsewhere) {
    const problems = problemsOf(input);
    assert(problems.length > 0, JSON.stringify(input));
    assert(!formatProblems(problems, "f").includes(token), JSON.stringify(input));
  }
});

Deno.test("parseConfig() shortens values and escapes what a terminal obeys", () => {
  const [long] = problemsOf({ version: 1, route: { mode: "x y ".repeat(100) } });
  assert(long.value.length < 70, long.value);
  const [wild] = problemsOf({ version: 1, route: { mode: "\u001b[2J\u009b\u202e" } });
  assertEquals(wild.value, '"\\u001b[2J\\u009b\\u202e"');
});

Deno.test("parseConfigText() tells line and column of what is not JSON", () => {
  const cases: [string, string, string][] = [
    ['{\n  "version": 1,\n}', "line 2, column 15", "no comma may stand before }"],
    ['{\n  "version": 1\n  "listen": {}\n}', "line 3, column 3", "expected a comma or }"],
    ["{'version': 1}", "line 1, column 2", "expected a key in double quotes"],
    ['{"version": 1} x', "line 1, column 16", "nothing may follow the closing brace"],
    ['{\n// why\n"version": 1}', "line 2, column 1", "comments are not allowed in JSON"],
    ['{"version": 1', "line 1, column 14", "the text ends too early: expected a comma or }"],
    [
      "",
      "line 1, column 1",
      "the text ends too early: expected a value: a text in double quotes, a number, true, false, null, { or [",
    ],
    ['{"version": 01}', "line 1, column 13", "expected a value; texts stand in double quotes"],
    ['{"version": 1, "version": 1}', "line 1, column 16", "this key is there twice"],
    ['{"a": "b\nc"}', "line 1, column 9", 'expected the closing double quote (") of a text'],
    ['{"a": "\\x"}', "line 1, column 8", "this escape is not known; a backslash itself is written \\\\"],
  ];
  for (const [text, path, reason] of cases) {
    assertEquals(parseConfigText(text), { ok: false, problems: [{ path, reason, value: "" }] });
  }
});

Deno.test("parseConfigText() agrees with JSON.parse on what is JSON", () => {
  const texts = [
    '{"version":1}',
    '\ufeff{"version":1}',
    '\t{"version":1.0e0,\r\n"backends":[]}\n',
    '{"\\u0076ersion":1}',
  ];
  for (const text of texts) assert(parseConfigText(text).ok, text);
  assert(!parseConfigText("[".repeat(100_000)).ok);
});

Deno.test("formatProblems() is readable and says what to do next", () => {
  assertEquals(
    formatProblems([{ path: "listen.port", reason: "must be a text", value: "3" }], "/c.json"),
    "Cannot use /c.json: 1 problem\n  listen.port: must be a text (found 3)\nCorrect it, then check the file with `config validate`",
  );
});

Deno.test("parseConfig() lets no pattern in that stands for every web page", () => {
  const reasonsOf = (origin: string) => {
    const result = parseConfig({ version: 1, listen: { allowedOrigins: [origin] } });
    return result.ok ? [] : result.problems.map(({ path, reason }) => `${path}: ${reason}`);
  };
  for (const origin of ["*", "**", "*://*", "null", "", "chat.example", "https://", "https://chat.example/"]) {
    const [reason] = reasonsOf(origin);
    assertEquals(reason?.startsWith("listen.allowedOrigins[0]: must be an origin such as https://"), true, origin);
  }
  for (const origin of ["https://chat.example", "http://*.team.example:8080", "moz-extension://*"]) {
    assertEquals(reasonsOf(origin), [], origin);
  }
});

Deno.test("parseConfig() takes no rule of privacy with several names in it, which would protect none of them", () => {
  for (const text of ["qwen3:8b, gemma3:27b", "qwen3 gemma3", "a,b", "a;b", "  ", ""]) {
    for (const option of ["localModels", "localApps"]) {
      const result = parseConfig({ version: 1, privacy: { [option]: [text] } });
      assertEquals(result.ok ? [] : result.problems.map(({ path }) => path), [`privacy.${option}[0]`], text);
    }
  }
  assertEquals(parseConfig({ version: 1, privacy: { localModels: [" work-* ", "hf.co/a/b:Q4_K_M"] } }).ok, true);
});
