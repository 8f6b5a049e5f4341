import type { CommandContext } from "./command.ts";
import { ExitCode } from "./io.ts";

/** What the completed program is called on a user's PATH. */
const program = "cloudtolocalllm";

/** `completions SHELL` */
export async function completionsCommand({ io, invocation }: CommandContext): Promise<ExitCode> {
  const scripts: Record<string, () => Promise<string>> = {
    bash: async () => (await import("./bash_completions.ts")).bashCompletions(program),
    zsh: async () => (await import("./zsh_completions.ts")).zshCompletions(program),
    fish: async () => (await import("./fish_completions.ts")).fishCompletions(program),
  };
  io.out(await scripts[invocation.arguments.SHELL!]());
  return ExitCode.done;
}
