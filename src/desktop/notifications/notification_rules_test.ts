import { assertEquals } from "@std/assert";
import {
  emptyMemory,
  holdMs,
  nextNotices,
  type Notice,
  type NoticeMemory,
  sameKindMs,
  startGraceMs,
} from "./notification_rules.ts";
import type { Situation, Trouble } from "./situation.ts";

const names: Record<string, string> = { local: "Ollama on this machine", cloud: "Ollama Cloud" };
const failover: Trouble = {
  kind: "failover",
  subject: "route",
  backend: "local",
  summary: "Failover",
  body: "",
  toTest: [],
};
const down: Trouble = { ...failover, kind: "down", summary: "Down" };
const refused: Trouble = { ...failover, kind: "credential", subject: "credential:cloud", backend: "cloud" };

function situation(troubles: Trouble[], well: string[], undecided: string[] = []): Situation {
  return {
    troubles,
    undecided,
    well: new Map(well.map((id) => [id, names[id]])),
    answered: new Set(),
    known: new Set(["local", "cloud"]),
  };
}

const fine = situation([], ["local", "cloud"]);
const localOut = situation([failover], ["cloud"]);
const allOut = situation([down], []);

/** Plays situations in time, as the notifier does: looks at each change and whenever the rules asked for it. */
class Story {
  now = 1_000;
  isQuiet = false;
  memory: NoticeMemory = emptyMemory(this.now);
  /** What was told since the last look at it: the kind, or `close` and the subject. */
  #done: string[] = [];
  last: Notice | undefined;
  #situation = fine;
  #lookAgainAt: number | undefined;

  is(next: Situation): this {
    this.#situation = next;
    this.#look();
    return this;
  }

  quiet(isQuiet: boolean): this {
    this.isQuiet = isQuiet;
    this.#look();
    return this;
  }

  after(ms: number): string[] {
    const until = this.now + ms;
    while (this.#lookAgainAt !== undefined && this.#lookAgainAt <= until) {
      this.now = this.#lookAgainAt;
      this.#look();
    }
    this.now = until;
    return this.#done.splice(0);
  }

  get waits(): boolean {
    return this.#lookAgainAt !== undefined;
  }

  #look(): void {
    const { now, isQuiet } = this;
    const { memory, tell, close, lookAgainAt } = nextNotices(this.memory, this.#situation, { now, isQuiet });
    this.memory = memory;
    this.#lookAgainAt = lookAgainAt;
    this.#done.push(...close.map((subject) => `close ${subject}`), ...tell.map(({ kind }) => kind));
    this.last = tell.at(-1) ?? this.last;
  }
}

/** A daemon that has run well for a while. */
function longRunning(): Story {
  const story = new Story().is(fine);
  assertEquals(story.after(600_000), []);
  return story;
}

Deno.test("nextNotices() tells a failover once it has held, and its end once that has held", () => {
  const story = longRunning();
  assertEquals(story.is(localOut).after(holdMs - 1), []);
  assertEquals(story.after(1), ["failover"]);
  assertEquals(story.is(fine).after(holdMs - 1), []);
  assertEquals(story.after(1), ["recovery"]);
  assertEquals([story.last?.subject, story.last?.summary], ["route", "Ollama on this machine answers again"]);
  assertEquals([story.after(sameKindMs), story.waits], [[], false]);
});

Deno.test("nextNotices() tells nothing of what is over before it has held", () => {
  const story = longRunning();
  for (let i = 0; i < 20; i++) {
    story.is(localOut).after(holdMs - 1);
    story.is(fine);
  }
  assertEquals([story.after(600_000), story.waits], [[], false]);
});

Deno.test("nextNotices() tells an outage once, however it flaps", () => {
  const story = longRunning();
  story.is(localOut);
  assertEquals(story.after(holdMs), ["failover"]);
  for (let i = 0; i < 20; i++) {
    story.is(fine).after(holdMs - 1);
    story.is(localOut).after(1_000);
  }
  assertEquals(story.after(0), []);
});

Deno.test("nextNotices() tells of a kind at most one a minute: what still holds then, and no late recovery", () => {
  const story = longRunning();
  assertEquals(story.is(localOut).after(holdMs), ["failover"]);
  assertEquals(story.is(fine).after(holdMs), ["recovery"]);
  assertEquals(story.is(localOut).after(sameKindMs - holdMs - 1), []);
  assertEquals(story.after(1), ["failover"]);
  assertEquals(story.is(fine).after(holdMs), ["recovery"]);
  assertEquals(story.is(localOut).after(10_000), []);
  assertEquals([story.is(fine).after(sameKindMs * 2), story.waits], [[], false]);
});

Deno.test("nextNotices() closes without a word what recovers within a minute of another recovery", () => {
  const story = longRunning();
  const both = situation([failover, refused], []);
  assertEquals(story.is(both).after(holdMs), ["failover", "credential"]);
  assertEquals(story.is(situation([refused], ["local"])).after(holdMs), ["recovery"]);
  assertEquals(story.is(fine).after(holdMs), ["close credential:cloud"]);
});

Deno.test("nextNotices() goes from a failover to an outage of all and back, each told once", () => {
  const story = longRunning();
  assertEquals(story.is(localOut).after(holdMs), ["failover"]);
  assertEquals(story.is(allOut).after(holdMs), ["down"]);
  assertEquals(story.is(localOut).after(sameKindMs), ["failover"]);
  assertEquals(story.is(fine).after(holdMs), ["recovery"]);
});

Deno.test("nextNotices() does not tell at the start what was already so", async (t) => {
  await t.step("a first choice that does not run, and its coming up later", () => {
    const story = new Story().is(localOut);
    assertEquals(story.after(3_600_000), []);
    assertEquals(story.is(fine).after(3_600_000), []);
    assertEquals(story.is(localOut).after(holdMs), ["failover"]);
  });
  await t.step("nothing answers: only after the grace", () => {
    const story = new Story().is(allOut);
    assertEquals(story.after(startGraceMs - 1), []);
    assertEquals(story.after(1), ["down"]);
  });
  await t.step("the network comes up late", () => {
    const story = new Story().is(allOut);
    story.after(startGraceMs - 1);
    assertEquals([story.is(localOut).after(3_600_000), story.waits], [[], false]);
  });
  await t.step("who was told that nothing answers is told who does", () => {
    const story = new Story().is(allOut);
    assertEquals(story.after(startGraceMs), ["down"]);
    assertEquals(story.is(localOut).after(holdMs), ["failover"]);
  });
  await t.step("a refused credential is told", () => {
    const story = new Story().is(situation([refused], ["local"]));
    assertEquals(story.after(holdMs), ["credential"]);
  });
});

Deno.test("nextNotices() closes without a word what ends by the user's doing", () => {
  const story = longRunning();
  assertEquals(story.is(localOut).after(holdMs), ["failover"]);
  assertEquals(story.is(situation([], ["cloud"])).after(holdMs), ["close route"]);
  assertEquals(story.is(fine).after(sameKindMs), []);
});

Deno.test("nextNotices() leaves as it is what nobody knows", () => {
  const story = longRunning();
  assertEquals(story.is(localOut).after(holdMs), ["failover"]);
  assertEquals([story.is(situation([], ["cloud"], ["route"])).after(600_000), story.waits], [[], false]);
  assertEquals(story.is(localOut).after(600_000), []);
  assertEquals(story.is(fine).after(holdMs), ["recovery"]);
});

Deno.test("nextNotices() while quiet tells nothing, takes back what was told, and brings nothing up afterwards", () => {
  const story = longRunning();
  assertEquals(story.is(localOut).after(holdMs), ["failover"]);
  assertEquals(story.quiet(true).after(0), ["close route"]);
  assertEquals(story.is(allOut).after(holdMs), []);
  assertEquals(story.quiet(false).after(sameKindMs), []);
  assertEquals(story.is(fine).after(holdMs), []);
  assertEquals(story.is(localOut).after(holdMs), ["failover"]);
});

Deno.test("nextNotices() does not keep what is over", () => {
  const story = longRunning();
  story.is(localOut).after(holdMs);
  story.is(fine).after(holdMs);
  assertEquals(story.memory.threads.size, 0);
});

Deno.test("nextNotices() does not say again of a backend that answers for the first time", () => {
  const story = new Story().is(allOut);
  assertEquals(story.after(startGraceMs), ["down"]);
  assertEquals(story.is(fine).after(holdMs), ["recovery"]);
  assertEquals([story.last?.summary, story.last?.body], [
    "Ollama on this machine answers",
    "Requests go there now.",
  ]);
  const other = longRunning();
  assertEquals(other.is(allOut).after(holdMs), ["down"]);
  other.is(fine).after(holdMs);
  assertEquals(other.last?.summary, "Ollama on this machine answers again");
});

Deno.test("nextNotices() closes at once what it told of a backend that is not set up any more", () => {
  const story = longRunning();
  assertEquals(story.is(localOut).after(holdMs), ["failover"]);
  const removed = { ...situation([], [], ["route"]), known: new Set(["cloud"]) };
  assertEquals([story.is(removed).after(0), story.memory.threads.size], [["close route"], 0]);
});

Deno.test("nextNotices() tells anew what has become another case of the same trouble", () => {
  const story = longRunning();
  assertEquals(story.is(situation([{ ...failover, variant: "none" }], ["cloud"])).after(holdMs), ["failover"]);
  assertEquals(story.is(localOut).after(sameKindMs), ["failover"]);
  assertEquals(story.is(localOut).after(sameKindMs), []);
});

Deno.test("nextNotices() tells that a configuration cannot be used, and closes that when it is mended", () => {
  const broken: Trouble = { ...failover, kind: "config", subject: "config", backend: "", variant: "line 1" };
  const story = longRunning();
  assertEquals(story.is(situation([broken], ["local"])).after(holdMs), ["config"]);
  assertEquals(story.is(fine).after(holdMs), ["close config"]);
});

Deno.test("nextNotices() tells a failover away from a backend that had answered before notifications began", () => {
  const late = new Story();
  assertEquals(late.is(localOut).after(startGraceMs + sameKindMs), []);
  const known = new Story();
  assertEquals(known.is({ ...localOut, answered: new Set(["local"]) }).after(startGraceMs + sameKindMs), ["failover"]);
});
