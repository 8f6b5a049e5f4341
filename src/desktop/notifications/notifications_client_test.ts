import { assertEquals } from "@std/assert";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import { inTime } from "../../../tests/support/in_time.ts";
import { NotificationServer } from "../../../tests/support/notification_server.ts";
import { isBusMissing, PrivateBus } from "../../../tests/support/private_bus.ts";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import type { Bus } from "../../dbus/types.ts";
import { type Notification, NotificationsClient } from "./notifications_client.ts";

const ignore = isBusMissing;

const notification: Notification = {
  subject: "route",
  summary: "A & <b>",
  body: `1 < 2 & "3" > <b>2</b>`,
  urgency: "critical",
  category: "network.error",
  actions: [["default", "Open settings"]],
};

const options = { log: silentLog, clock: systemClock, icon: () => Promise.resolve("cloudtolocalllm"), onAction() {} };

Deno.test(
  { name: "NotificationsClient escapes a body for servers that take markup, and no other", ignore },
  async () => {
    for (const takesMarkup of [true, false]) {
      await using bus = await PrivateBus.start();
      const capabilities = takesMarkup ? ["body-markup"] : ["actions"];
      const server = await NotificationServer.start(await bus.connect(), { capabilities });
      await using client = await NotificationsClient.open(await bus.connect(), options);
      client.show(notification);
      await server.until("it is shown", ({ notified }) => notified.length === 1);
      const [{ summary, body, actions, hints, appIcon }] = server.notified;
      assertEquals(body, takesMarkup ? `1 &lt; 2 &amp; "3" &gt; &lt;b&gt;2&lt;/b&gt;` : notification.body);
      assertEquals(actions, takesMarkup ? [] : ["default", "Open settings"]);
      assertEquals([summary, hints.urgency, appIcon], ["A & <b>", 2, "cloudtolocalllm"]);
    }
  },
);

Deno.test(
  { name: "NotificationsClient keeps the order of what it is asked while a server is slow", ignore },
  async () => {
    await using bus = await PrivateBus.start();
    const server = await NotificationServer.start(await bus.connect());
    const held = Promise.withResolvers<void>();
    server.hold = held.promise;
    await using client = await NotificationsClient.open(await bus.connect(), options);
    client.show(notification);
    client.show({ ...notification, summary: "Two" });
    client.show({ ...notification, subject: "other" });
    client.close("route");
    client.close("route");
    client.close("never shown");
    held.resolve();
    await server.until("the first is closed", ({ closed }) => closed.length === 1);
    assertEquals(server.notified.map(({ id, replacesId }) => [id, replacesId]), [[1, 0], [1, 1], [2, 0]]);
    client.closeAll();
    await server.until("all are closed", ({ shown }) => shown.size === 0);
    assertEquals(server.closed, [1, 2]);
  },
);

Deno.test(
  { name: "NotificationsClient does not wait long for a server that hangs when it is to end", ignore },
  async () => {
    await using bus = await PrivateBus.start();
    const server = await NotificationServer.start(await bus.connect());
    const [held, asked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    server.hold = held.promise;
    const clock = new FakeClock();
    const icon = () => {
      asked.resolve();
      return Promise.resolve("");
    };
    const client = await NotificationsClient.open(await bus.connect(), { ...options, clock, icon });
    client.show(notification);
    await inTime("the server is asked", asked.promise);
    const ended = client[Symbol.asyncDispose]();
    await clock.advance(1_000);
    await inTime("the client ends", ended);
    held.resolve();
  },
);

Deno.test({ name: "NotificationsClient does not replace what the user waved away", ignore }, async () => {
  await using bus = await PrivateBus.start();
  const server = await NotificationServer.start(await bus.connect());
  const clicked = Promise.withResolvers<string>();
  const onAction = (subject: string) => clicked.resolve(subject);
  await using client = await NotificationsClient.open(await bus.connect(), { ...options, onAction });
  client.show(notification);
  client.show({ ...notification, subject: "other" });
  await server.until("both are shown", ({ notified }) => notified.length === 2);
  server.dismiss(1);
  server.invoke(2, "default");
  assertEquals(await inTime("the click is heard", clicked.promise), "other");
  client.show(notification);
  client.show({ ...notification, subject: "other" });
  await server.until("both are shown again", ({ notified }) => notified.length === 4);
  assertEquals(server.notified.map(({ id, replacesId }) => [id, replacesId]), [[1, 0], [2, 0], [3, 0], [2, 2]]);
});

/** Resolves when `ours` has heard all that `theirs` has sent so far. */
async function heard(ours: Bus, theirs: Bus): Promise<void> {
  const last = { path: "/", interface: "org.example.Test", member: "Last" };
  const seen = Promise.withResolvers<void>();
  const end = await ours.watch(last, () => seen.resolve());
  theirs.emit(last);
  await inTime("the last signal", seen.promise);
  end();
}

const server = { path: "/org/freedesktop/Notifications", interface: "org.freedesktop.Notifications" };
const long = "x".repeat(5_000);

Deno.test(
  { name: "NotificationsClient keeps nothing of what a server floods that never answers", ignore },
  async () => {
    await using bus = await PrivateBus.start();
    const [theirs, ours] = [await bus.connect(), await bus.connect()];
    const asked = Promise.withResolvers<void>();
    const call = () => {
      asked.resolve();
      return new Promise<never>(() => {});
    };
    const methods = { GetCapabilities: { in: [], out: [["names", "as"]], answersLater: true, call } } as const;
    theirs.export(server.path, { name: server.interface, methods });
    await theirs.requestName(server.interface);
    await using client = await NotificationsClient.open(ours, options);
    client.show(notification);
    await inTime("the server is asked", asked.promise);
    for (let i = 0; i < 200; i++) {
      for (const member of ["ActionInvoked", "ActivationToken", "Other"]) {
        theirs.emit({ ...server, member, signature: "us", body: [i, i % 2 ? long : "default"] });
      }
      theirs.emit({ ...server, member: "NotificationClosed", signature: "uu", body: [i, 1] });
    }
    await heard(ours, theirs);
    assertEquals(client.waiting, 1);
    for (let i = 0; i < 200; i++) client.show(notification);
    assertEquals(client.waiting, 64);
    ours.close();
  },
);

Deno.test(
  { name: "NotificationsClient keeps little of what a server floods about a notification", ignore },
  async () => {
    await using bus = await PrivateBus.start();
    const [theirs, ours] = [await bus.connect(), await bus.connect()];
    const notifications = await NotificationServer.start(theirs);
    const [held, asked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const clicks: [string, string, string | undefined][] = [];
    const onAction = (subject: string, key: string, { activationToken }: { activationToken?: string }) =>
      void clicks.push([subject, key, activationToken]);
    let icons = 0;
    const icon = () => {
      if (++icons === 2) asked.resolve();
      return Promise.resolve("");
    };
    await using client = await NotificationsClient.open(ours, { ...options, icon, onAction });
    client.show(notification);
    await notifications.until("it is shown", ({ notified }) => notified.length === 1);
    notifications.hold = held.promise;
    client.show({ ...notification, subject: "other" });
    await inTime("the second is sent", asked.promise);
    notifications.invoke(1, long, long);
    notifications.signal("Other", "us", [1, "default"]);
    notifications.invoke(1, "default", "token");
    for (let i = 0; i < 200; i++) notifications.invoke(1, "default");
    await heard(ours, theirs);
    assertEquals(client.waiting, 1 + 64);
    held.resolve();
    await notifications.until("the second is shown", ({ notified }) => notified.length === 2);
    client.show({ ...notification, subject: "third" });
    await notifications.until("the third is shown", ({ notified }) => notified.length === 3);
    assertEquals([clicks.length, clicks[0], clicks[1]], [63, ["route", "default", "token"], [
      "route",
      "default",
      undefined,
    ]]);
  },
);

const python = "/usr/bin/python3";
const hasMock = await new Deno.Command(python, { args: ["-c", "import dbusmock"], stderr: "null" }).output()
  .then(({ success }) => success, () => false);
const isMockMissing = ignore || (!hasMock && Deno.env.get("CI") === undefined);
const needs = hasMock ? "" : " (not installed: python3-dbusmock)";

const startsName = `NotificationsClient lets the bus start a server that is not ours${needs}`;

Deno.test(
  { name: startsName, ignore: isMockMissing },
  async () => {
    const name = "org.freedesktop.Notifications";
    const command = `${python} -m dbusmock --session --logfile /dev/null --template notification_daemon`;
    await using bus = await PrivateBus.start({ services: { [name]: command } });
    const peer = await bus.connect();
    const calls: unknown[][] = [];
    const called = Promise.withResolvers<void>();
    await peer.watch({ interface: "org.freedesktop.DBus.Mock", member: "MethodCalled" }, ({ body: [member, args] }) => {
      calls.push([member, args]);
      if (member === "CloseNotification") called.resolve();
    });
    await using client = await NotificationsClient.open(await bus.connect(), options);
    client.show(notification);
    client.close("route");
    await inTime("the mock is called", called.promise);
    assertEquals(calls.map(([member]) => member), ["GetCapabilities", "Notify", "CloseNotification"]);
    const [appName, replacesId, , summary, body, , hints, expireMs] = calls[1][1] as unknown[];
    assertEquals([appName, replacesId, summary, body], [
      "CloudToLocalLLM",
      0,
      "A & <b>",
      `1 &lt; 2 &amp; "3" &gt; &lt;b&gt;2&lt;/b&gt;`,
    ]);
    assertEquals([(hints as Record<string, unknown>).urgency, expireMs], [2, -1]);
  },
);
