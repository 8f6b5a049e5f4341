import { assertEquals } from "@std/assert";
import { answerTokens, questionTokens, StreamTally } from "./estimate_tokens.ts";

const tokensOf = (json: unknown) => questionTokens(new TextEncoder().encode(JSON.stringify(json)), json);

Deno.test("questionTokens() takes four bytes for a token", () => {
  assertEquals(tokensOf("abcdef"), 2);
  assertEquals(tokensOf({ messages: [{ content: "word ".repeat(2_000) }] }), Math.ceil((10_000 + 29) / 4));
});

Deno.test("questionTokens() takes an image for one, however large, wherever it stands", () => {
  const image = "A".repeat(1_000_000);
  const texts = [
    { messages: [{ content: "what is it", images: [image] }] },
    { messages: [{ content: [{ type: "image_url", image_url: { url: `data:image/png;base64,${image}` } }] }] },
  ];
  for (const json of texts) {
    const tokens = tokensOf(json);
    assertEquals(tokens > 1_000 && tokens < 1_040, true, String(tokens));
  }
});

Deno.test("answerTokens() rounds up", () => assertEquals([0, 1, 4, 5].map(answerTokens), [0, 1, 1, 2]));

Deno.test("StreamTally takes a frame for a token and what is beyond the smallest for text", () => {
  const tally = (...sizes: number[]) => {
    const tally = new StreamTally();
    for (const size of sizes) tally.add(size);
    return tally.tokens;
  };
  assertEquals(tally(), 0);
  assertEquals(tally(200, 200, 200), 3);
  assertEquals(tally(4_200, 200), 2 + 1_000, "a server that sends many tokens at once");
});
