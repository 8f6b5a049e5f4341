/** Answers `/health` as a broker does, and nothing else. Close it after use. */
export function serveHealth(answer: () => Response = () => Response.json({ status: "ok", version: "1.2.3" })) {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    return new URL(request.url).pathname === "/health" ? answer() : new Response("not here", { status: 404 });
  });
}
