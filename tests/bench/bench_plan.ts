/** How much is measured. */
export interface BenchPlan {
  rate: { rounds: number; ms: number; connections: number };
  firstByte: { samples: number; warmUp: number };
  streams: { rounds: number; streams: number; tokens: number };
  start: { rounds: number };
  failover: { samples: number };
  /** How long a killed backend stays away, one entry a backend. */
  recovery: { awayMs: number[] };
  idle: { lives: number; settleMs: number; cpuMs: number; requests: number; coolMs: number };
}

/** What goes into docs/GOALS.md: five minutes. */
export const fullPlan: BenchPlan = {
  rate: { rounds: 7, ms: 2_000, connections: 16 },
  firstByte: { samples: 500, warmUp: 200 },
  streams: { rounds: 9, streams: 8, tokens: 1_000 },
  start: { rounds: 9 },
  failover: { samples: 200 },
  recovery: { awayMs: [1_000, 3_000, 6_000, 10_000, 15_000] },
  idle: { lives: 3, settleMs: 10_000, cpuMs: 20_000, requests: 20_000, coolMs: 30_000 },
};

/** Shows that everything runs; its figures mean little. */
export const quickPlan: BenchPlan = {
  rate: { rounds: 2, ms: 500, connections: 16 },
  firstByte: { samples: 30, warmUp: 20 },
  streams: { rounds: 2, streams: 8, tokens: 500 },
  start: { rounds: 2 },
  failover: { samples: 10 },
  recovery: { awayMs: [500] },
  idle: { lives: 1, settleMs: 1_000, cpuMs: 2_000, requests: 1_000, coolMs: 1_000 },
};
