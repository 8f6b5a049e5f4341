const examples = new URL("../../docs/examples/", import.meta.url);

/** A document with each block after `<!-- example: FILE -->` written as that file below docs/examples is. */
export async function withExamples(document: string): Promise<string> {
  const parts = document.split(/(<!-- example: [\w/.]+ -->\n\n```\w+\n)[^]*?(?=^```$)/m);
  const written = parts.map(async (part) => {
    const file = part.match(/^<!-- example: ([\w/.]+) -->/)?.[1];
    return file === undefined ? part : part + await Deno.readTextFile(new URL(file, examples));
  });
  return (await Promise.all(written)).join("");
}
