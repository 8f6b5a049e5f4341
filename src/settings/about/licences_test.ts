import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import manifest from "../../../deno.json" with { type: "json" };
import { moduleGraph, root, sourceFiles } from "../../../tests/support/module_graph.ts";
import { carriedPackages, mitText, ownCopyright } from "./licences.ts";

const packageOf = (specifier: string) => /^npm:((?:@[^/@]+\/)?[^/@]+)@/.exec(specifier)?.[1];

/** The packages that the sources import, tests aside, with the versions that deno.json gives. */
async function importedPackages(): Promise<string[]> {
  const isTest = (path: string) => path.endsWith("_test.ts");
  const sources = (await sourceFiles("src")).filter((path) => !isTest(path));
  const imports: Record<string, string> = manifest.imports;
  const used = (await moduleGraph(["main.ts", ...sources]))
    .filter(({ from, isTypeOnly }) => !isTest(from) && !from.startsWith("types/") && !isTypeOnly)
    .map(({ to }) => packageOf(imports[to] ?? ""));
  return [...new Set(used.filter((name) => name !== undefined))].sort();
}

Deno.test("carriedPackages() names every package that the sources import, in deno.json's versions", async () => {
  const [deno, ...packages] = carriedPackages();
  assertEquals([deno.name, deno.version], ["deno", Deno.version.deno]);
  assertEquals(packages.map(({ name }) => name).sort(), await importedPackages());
  for (const { name, version } of packages) {
    const specifiers = Object.values(manifest.imports).filter((specifier) => packageOf(specifier) === name);
    assert(specifiers.every((one) => one === `npm:${name}@${version}` || one.startsWith(`npm:${name}@${version}/`)));
  }
});

Deno.test("carriedPackages() has licences and copyrights as the packages themselves say", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { npmCache } = JSON.parse(new TextDecoder().decode(stdout));
  const registries = [...Deno.readDirSync(npmCache)].map(({ name }) => `${npmCache}/${name}`);
  for (const { name, version, licence, copyright } of carriedPackages().slice(1)) {
    const folders = await Promise.all(registries.map((registry) => realFolder(`${registry}/${name}/${version}`)));
    const folder = folders.find((one) => one !== undefined);
    assert(folder !== undefined, `${name} ${version} is not in the cache`);
    const { license, author } = JSON.parse(await Deno.readTextFile(`${folder}/package.json`));
    assertEquals(license, licence, name);
    const said = await textOf(`${folder}/LICENSE`) ?? await textOf(`${folder}/LICENSE.md`) ??
      await Deno.readTextFile(`${folder}/assert/equals.js`);
    assert(said.includes(copyright) || author?.startsWith?.(`${copyright} <`), `${name}: ${copyright}`);
  }
});

Deno.test("the licence of the project and its text are as in its file", async () => {
  const licence = (await Deno.readTextFile(`${root}LICENSE`)).replace(/\s+/g, " ");
  for (const text of [ownCopyright, ...mitText]) assertStringIncludes(licence, text.replace(/\s+/g, " "));
});

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    return undefined;
  }
}

async function realFolder(path: string): Promise<string | undefined> {
  try {
    return await Deno.realPath(path);
  } catch {
    return undefined;
  }
}
