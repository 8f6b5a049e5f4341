import { type Child, endProcess, untilAnswered } from "./child.ts";
import { freePort } from "./free_port.ts";

/** A plain reverse proxy for comparison: one worker, streams unbuffered, connections to the backend kept. */
function configuration(port: number, backendPort: number, folder: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `  ${name}_temp_path ${folder}/${name};`).join("\n");
  return `worker_processes 1;
daemon off;
pid ${folder}/pid;
error_log stderr crit;
events { worker_connections 256; }
http {
  access_log off;
${temporary}
  keepalive_requests 1000000;
  tcp_nodelay on;
  upstream backend { server 127.0.0.1:${backendPort}; keepalive 32; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://backend;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }
  }
}
`;
}

/** nginx in front of the backend; `undefined` where it is not installed. */
export async function startNginx(backendPort: number): Promise<Child | undefined> {
  const folder = await Deno.makeTempDir({ prefix: "broker-bench-nginx-" });
  // Its worker may run as another user.
  await Deno.chmod(folder, 0o755);
  const port = freePort();
  await Deno.writeTextFile(`${folder}/nginx.conf`, configuration(port, backendPort, folder));
  const removeFolder = () => Deno.remove(folder, { recursive: true });
  const process = spawn(folder);
  if (!process) {
    await removeFolder();
    return undefined;
  }
  const dispose = () => endProcess(process).finally(removeFolder);
  try {
    await untilAnswered(port);
  } catch (error) {
    await dispose();
    throw new Error("nginx is installed but does not answer", { cause: error });
  }
  return { pid: process.pid, port, [Symbol.asyncDispose]: dispose };
}

function spawn(folder: string): Deno.ChildProcess | undefined {
  const args = ["-p", folder, "-c", `${folder}/nginx.conf`];
  try {
    return new Deno.Command("nginx", { args, stdin: "null", stdout: "null" }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
