import { assertEquals } from "@std/assert";
import { bundleClient } from "../../packaging/bundle_client.ts";

const repository = new URL("../../", import.meta.url).pathname;
/** Where the examples of docs/CLIENT.md are. */
export const examples: string = `${repository}docs/examples/client`;

export type Runtime = "deno" | "node";

/** Programs that import the library by its name: in Node as a package, in Deno by an import map. */
export class ClientWorkshop implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  static async make(): Promise<ClientWorkshop> {
    const workshop = new ClientWorkshop(await Deno.makeTempDir({ prefix: "client-examples-" }));
    await bundleClient(`${workshop.folder}/node_modules/@cloudtolocalllm/client`);
    for await (const { name } of Deno.readDir(examples)) {
      await Deno.copyFile(`${examples}/${name}`, `${workshop.folder}/${name}`);
    }
    // What a program for browsers has that is checked by another compiler.
    const compilerOptions = { lib: ["es2022", "dom"] };
    const imports = { "@cloudtolocalllm/client": `${repository}src/client/client.ts` };
    await Deno.writeTextFile(`${workshop.folder}/deno.json`, JSON.stringify({ imports, compilerOptions }));
    return workshop;
  }

  /** What a program prints, run as docs/CLIENT.md says. Fails when it complains. */
  async run(runtime: Runtime, program: string, env: Record<string, string>): Promise<string> {
    const { code, stdout, stderr } = await this.#command(runtime, program, { env, stdin: "null" }).output();
    const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assertEquals([code, complained], [0, ""], `${runtime} ${program}: ${said}`);
    return said;
  }

  /** A program that goes on while the test does something else. */
  start(runtime: Runtime, program: string, env: Record<string, string>): Deno.ChildProcess {
    return this.#command(runtime, program, { env, stdin: "piped" }).spawn();
  }

  #command(
    runtime: Runtime,
    program: string,
    { env, stdin }: { env: Record<string, string>; stdin: "null" | "piped" },
  ): Deno.Command {
    const flags = ["--allow-net=127.0.0.1", "--allow-env", "--allow-read"];
    if (program === "start.mjs") flags.push("--allow-run");
    const [command, args] = runtime === "node" ? ["node", []] : [Deno.execPath(), ["run", "--no-prompt", ...flags]];
    return new Deno.Command(command, {
      args: [...args, program],
      cwd: this.folder,
      clearEnv: true,
      env: { ...env, NO_COLOR: "1" },
      stdin,
      stdout: "piped",
      stderr: stdin === "null" ? "piped" : "inherit",
      signal: AbortSignal.timeout(20_000),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}
