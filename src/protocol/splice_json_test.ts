import { assert, assertEquals, assertThrows } from "@std/assert";
import { replaceTopLevelString, withTopLevel } from "./splice_json.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const replaced: [name: string, before: string, after: string][] = [
  ["the value alone", '{"model":"a","stream":true}', '{"model":"NEW","stream":true}'],
  ["white space stays", '\n{ "model" :\t"a" , "x" : 1 }\n', '\n{ "model" :\t"NEW" , "x" : 1 }\n'],
  [
    "numbers beyond 2^53 stay",
    '{"seed":12345678901234567890,"model":"a"}',
    '{"seed":12345678901234567890,"model":"NEW"}',
  ],
  [
    "nested fields stay",
    '{"o":{"model":"in"},"l":[{"model":"in"}],"model":"a"}',
    '{"o":{"model":"in"},"l":[{"model":"in"}],"model":"NEW"}',
  ],
  ["braces and quotes in strings", '{"p":"} \\" { \\\\","model":"a"}', '{"p":"} \\" { \\\\","model":"NEW"}'],
  ["brackets in nested strings", '{"p":["]}\\"",{"q":"{["}],"model":"a"}', '{"p":["]}\\"",{"q":"{["}],"model":"NEW"}'],
  ["an escaped key", '{"mod\\u0065l":"a"}', '{"mod\\u0065l":"NEW"}'],
  ["duplicates", '{"model":"a","x":1,"model":"b"}', '{"model":"NEW","x":1,"model":"NEW"}'],
  ["a key that only looks alike", '{"xmodel":"a","model ":"b"}', '{"xmodel":"a","model ":"b"}'],
  ["a value of another type", '{"model":[1,{"a":null}],"x":1}', '{"model":"NEW","x":1}'],
  ["a scalar at the end", '{"x":-1.5e3,"model":null}', '{"x":-1.5e3,"model":"NEW"}'],
  ["a value that holds the key", '{"a":"model","model":"b"}', '{"a":"model","model":"NEW"}'],
  ["CJK and emoji", '{"p":"你好🎉","model":"模型"}', '{"p":"你好🎉","model":"NEW"}'],
  ["an empty object", "{ }", "{ }"],
  ["a byte order mark", '\uFEFF{"model":"a"}', '\uFEFF{"model":"NEW"}'],
];

for (const [name, before, after] of replaced) {
  Deno.test(`replaceTopLevelString() ${name}`, () => {
    const result = replaceTopLevelString(encoder.encode(before), "model", "NEW");
    assertEquals(result, encoder.encode(after));
  });
}

Deno.test("replaceTopLevelString() escapes the new value", () => {
  const result = replaceTopLevelString(encoder.encode('{"model":"a"}'), "model", 'q"\\\n你');
  assertEquals(JSON.parse(decoder.decode(result)), { model: 'q"\\\n你' });
});

Deno.test("replaceTopLevelString() gives the same bytes back when the key is not there", () => {
  const body = encoder.encode('{"x":1}');
  assert(replaceTopLevelString(body, "model", "a") === body);
});

for (const broken of ["", "[]", '"model"', '{"model"', '{"model":', '{"model":"a', '{"model":"a"', '{"a":[1', "{,}"]) {
  Deno.test(`replaceTopLevelString() throws SyntaxError for ${JSON.stringify(broken)}`, () => {
    assertThrows(() => replaceTopLevelString(encoder.encode(broken), "model", "b"), SyntaxError, "not a JSON object");
  });
}

for (
  const [name, before, after] of [
    ["a field that is not there, first", ' { "a" : {"k":1} }', ' { "k":{"n":1},"a" : {"k":1} }'],
    ["after a byte order mark", '\uFEFF{"a":1}', '\uFEFF{"k":{"n":1},"a":1}'],
    ["a field that is there, wherever it stands", '{"k":null,"a":1,"k":2}', '{"k":{"n":1},"a":1,"k":{"n":1}}'],
  ] as const
) {
  Deno.test(`withTopLevel() writes ${name}`, () => {
    assertEquals(withTopLevel(encoder.encode(before), "k", { n: 1 }), encoder.encode(after));
  });
}
