/** What a reader must know of the machine to judge figures; nothing that tells whose it is. */
export interface Machine {
  cores: number;
  processor: string;
  memoryGb: number;
  kernel: string;
  deno: string;
}

export async function describeMachine(): Promise<Machine> {
  const cpu = await Deno.readTextFile("/proc/cpuinfo");
  return {
    cores: navigator.hardwareConcurrency,
    processor: cpu.match(/^model name\s*: (.*)$/m)?.[1] ?? Deno.build.arch,
    memoryGb: Math.round(Deno.systemMemoryInfo().total / 1_073_741_824),
    kernel: Deno.osRelease().match(/^\d+\.\d+/)?.[0] ?? "unknown",
    deno: Deno.version.deno,
  };
}
