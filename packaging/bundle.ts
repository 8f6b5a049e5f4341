const repository = new URL("../", import.meta.url).pathname;

/** What `deno bundle` puts before modules in CommonJS, which only D-Bus messages have: it loads `node:module` at once. */
const eagerRequire =
  /import\s*\{\s*createRequire as (\w+)\s*\}\s*from\s*"node:module";\s*(?:var|const) (\w+)\s*=\s*\1\(import\.meta\.url\);/;

/**
 * Bundles the program into `folder`, minified and split into chunks: in one file a static import of `node:` in what is
 * loaded only on demand moves to its top, and the idle daemon pays for it. The start is `main.js`.
 */
export async function bundle(folder: string): Promise<void> {
  const options = ["--quiet", "--platform", "deno", "--minify", "--code-splitting"];
  const args = ["bundle", ...options, "--outdir", folder, `${repository}main.ts`];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: repository }).output();
  if (!success) throw new Error(`Cannot bundle the program: ${new TextDecoder().decode(stderr)}`);
  await requireLazily(folder);
}

/**
 * Node's modules are loaded where they are required, and not with the bundle: 2.5 MB less for a daemon without a desktop.
 * Of two of them the package needs a line each, which stands in for them: 1.6 MB less with one.
 */
async function requireLazily(folder: string): Promise<void> {
  let found = 0;
  for await (const { name } of Deno.readDir(folder)) {
    const text = await Deno.readTextFile(`${folder}/${name}`);
    const lazy = lazyRequire(text);
    if (lazy !== text) found++;
    await Deno.writeTextFile(`${folder}/${name}`, hiddenImports(lazy));
  }
  if (found !== 1) throw new Error(`Cannot bundle the program: ${found} chunks begin with createRequire, expected 1`);
}

/**
 * `import()` of a chunk as the runtime cannot foresee it: of what it foresees it reads, parses and keeps every file at
 * the start, though it may never be run.
 */
export function hiddenImports(text: string): string {
  return text.replace(/\bimport\(("\.\/[^"]+\.js")\)/g, "import(String($1))");
}

/** All that dbus-native's wire format takes of these modules (docs/decisions/0008-dbus.md). */
const standIns = `{
"node:assert":(ok)=>{if(!ok)throw new Error("Assertion failed")},
"node:util":{inspect:Object.assign((value)=>String(value),{custom:Symbol.for("nodejs.util.inspect.custom")})}
}`.replaceAll("\n", "");

/** Everything that is required is one of Node's own modules: what is not was bundled. */
export function lazyRequire(text: string): string {
  return text.replace(
    eagerRequire,
    (_all, _create, name) => `var ${name}=(id)=>(${standIns})[id]??process.getBuiltinModule(id);`,
  );
}
