import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { Redaction } from "../core/redaction.ts";
import { Door, idleMs, linkMs } from "./door.ts";

function scene() {
  const clock = new FakeClock();
  const redaction = new Redaction();
  return { clock, redaction, door: new Door({ clock, redaction }) };
}

Deno.test("Door.useLink() takes each link once, and no other key", () => {
  const { door } = scene();
  const keys = [door.createLink(), door.createLink()];
  assertNotEquals(keys[0], keys[1]);
  for (
    const wrong of ["", keys[0].slice(1), keys[0] + "x", keys[0].toUpperCase() + "x", "\ud800".repeat(15), "__proto__"]
  ) {
    assertEquals(door.useLink(wrong), false, wrong);
  }
  assertEquals(keys.map((key) => door.useLink(key)), [true, true]);
  assertEquals(keys.map((key) => door.useLink(key)), [false, false]);
});

Deno.test("Door.useLink() takes a link for a minute", async () => {
  const { clock, door } = scene();
  const [early, late] = [door.createLink(), door.createLink()];
  await clock.advance(linkMs - 1);
  assertEquals(door.useLink(early), true);
  await clock.advance(1);
  assertEquals([door.useLink(late), clock.pending], [false, 0]);
});

Deno.test("Door is not moved by a wall clock that jumps", () => {
  const clock = new FakeClock();
  let jump = 0;
  const jumping = { after: clock.after.bind(clock), monotonic: () => clock.monotonic(), now: () => clock.now() + jump };
  const door = new Door({ clock: jumping, redaction: new Redaction() });
  const [key, { id }] = [door.createLink(), door.createSession()];
  for (jump of [-1e12, 1e12]) assertEquals(door.session(id)?.id, id);
  assertEquals(door.useLink(key), true);
});

Deno.test("Door.createLink() keeps the newest sixteen", () => {
  const { door } = scene();
  const keys = Array.from({ length: 17 }, () => door.createLink());
  assertEquals(keys.map((key) => door.useLink(key)), [false, ...Array(16).fill(true)]);
});

Deno.test("Door.session() knows a session until twelve hours without use have passed", async () => {
  const { clock, door } = scene();
  const session = door.createSession();
  assert(session.id.length >= 43 && session.csrf.length >= 43 && session.id !== session.csrf);
  for (let day = 0; day < 3; day++) {
    await clock.advance(idleMs - 1);
    assertEquals(door.session(session.id), session);
  }
  await clock.advance(idleMs);
  assertEquals(door.session(session.id), undefined);
});

Deno.test("Door.session() knows nobody else", () => {
  const { door } = scene();
  const { id, csrf } = door.createSession();
  for (const wrong of ["", csrf, id.slice(0, -1), `${id}=`, door.createLink(), "undefined", "__proto__"]) {
    assertEquals(door.session(wrong), undefined, wrong);
  }
});

Deno.test("Door.createSession() ends the one that was unused for longest when there are too many", () => {
  const { door } = scene();
  const sessions = Array.from({ length: 64 }, () => door.createSession());
  assertEquals(door.session(sessions[0].id), sessions[0]);
  door.createSession();
  const isKnown = sessions.map(({ id }) => door.session(id) !== undefined);
  assertEquals([isKnown[0], isKnown[1], isKnown.filter(Boolean).length], [true, false, 63]);
});

Deno.test("Door keeps links and sessions out of the log for as long as they are worth something", async () => {
  const { clock, redaction, door } = scene();
  const key = door.createLink();
  const { id, csrf } = door.createSession();
  assertEquals(redaction.redact(`${key} ${id} ${csrf}`), "[redacted] [redacted] [redacted]");
  door.useLink(key);
  assertEquals(redaction.redact(key), key);
  await clock.advance(idleMs);
  door.createLink();
  assertEquals(redaction.redact(`${id} ${csrf}`), `${id} ${csrf}`);
});

Deno.test("Door.leave() ends one session, and knows that there are others and strangers", () => {
  const { door } = scene();
  const [one, other] = [door.createSession(), door.createSession()];
  door.leave(one.id);
  door.leave(one.id);
  door.leave("nobody");
  assertEquals([door.session(one.id), door.session(other.id)], [undefined, other]);
});
