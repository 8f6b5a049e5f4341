import { parseArgs } from "@std/cli/parse-args";
import { fullPlan, quickPlan } from "./bench_plan.ts";
import { renderReport } from "./report.ts";
import { runBench } from "./run_bench.ts";
import { withSection } from "./goals_section.ts";

const usage = `Usage: deno task bench [--quick] [--write]
  --quick  A smoke run of less than a minute; its figures mean little
  --write  Put the tables into docs/GOALS.md instead of printing them
`;

const goals = new URL("../../docs/GOALS.md", import.meta.url).pathname;
const encoder = new TextEncoder();

async function write(markdown: string): Promise<void> {
  await Deno.writeTextFile(goals, withSection(await Deno.readTextFile(goals), markdown));
  const { success } = await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", goals] }).output();
  if (!success) throw new Error("Cannot format docs/GOALS.md");
}

async function main(args: string[]): Promise<number> {
  const options = parseArgs(args, { boolean: ["quick", "write", "help"] });
  const unknown = Object.keys(options).filter((name) => !["_", "quick", "write", "help"].includes(name));
  if (options.help || unknown.length > 0 || options._.length > 0) {
    Deno.stderr.writeSync(encoder.encode(usage));
    return options.help ? 0 : 2;
  }
  const since = performance.now();
  const progress = (step: string) => {
    const seconds = ((performance.now() - since) / 1_000).toFixed(0).padStart(4);
    Deno.stderr.writeSync(encoder.encode(`${seconds} s  ${step}\n`));
  };
  const markdown = renderReport(await runBench(options.quick ? quickPlan : fullPlan, progress));
  progress("done");
  if (options.write) await write(markdown);
  else Deno.stdout.writeSync(encoder.encode(`${markdown}\n`));
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
