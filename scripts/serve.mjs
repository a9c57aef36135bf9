// A static file server that sends the Content-Security-Policy the package must live under; for `make demo` and for
// the browser tests. Run by itself: node scripts/serve.mjs FOLDER   (PORT and HOST are read from the environment)
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";

export const CSP = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

const MIME = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

function fileFor(root, pathname) {
  let decoded;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  if (decoded.includes("\0")) return undefined;
  const path = normalize(join(root, decoded));
  if (path !== root && !path.startsWith(root + sep)) return undefined;
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) return path;
  if (found?.isDirectory()) return fileFor(root, `${decoded.replace(/\/+$/, "")}/index.html`);
  return undefined;
}

/**
 * Serves `folder`; `port` 0 takes any free one. With `spa`, a path without a file and without an extension is answered
 * with index.html, as pages with client-side routes need. Returns { url, port, close() }.
 */
export function serve(folder, { port = 0, host = "127.0.0.1", csp = CSP, spa = false } = {}) {
  const root = resolve(folder);
  const server = createServer((request, response) => {
    const pathname = (request.url ?? "/").replace(/[?#].*$/s, "");
    const route = spa && extname(pathname) === "";
    const file = fileFor(root, pathname) ?? (route ? fileFor(root, "/index.html") : undefined);
    const headers = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" };
    if (csp) headers["Content-Security-Policy"] = csp;
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, headers).end();
    } else if (file === undefined) {
      response.writeHead(404, { ...headers, "Content-Type": MIME[".txt"] }).end("not found\n");
    } else {
      response.writeHead(200, { ...headers, "Content-Type": MIME[extname(file)] ?? "application/octet-stream" });
      if (request.method === "HEAD") response.end();
      else
        createReadStream(file)
          .on("error", () => response.destroy())
          .pipe(response);
    }
  });
  return new Promise((done, failed) => {
    server.once("error", failed);
    server.listen(port, host, () => {
      const at = server.address().port;
      const close = () =>
        new Promise((closed) => {
          server.close(closed);
          server.closeAllConnections();
        });
      done({ url: `http://${host === "127.0.0.1" ? "localhost" : host}:${at}/`, port: at, close });
    });
  });
}

async function main() {
  const folder = process.argv[2];
  const asked = process.env.PORT ? Number(process.env.PORT) : undefined;
  const host = process.env.HOST || "127.0.0.1";
  for (let port = asked ?? 4173; ; port++) {
    try {
      const { url } = await serve(folder, { port, host, spa: true });
      console.log(`\nThe demo is at ${url} (stop it with Ctrl-C)`);
      return;
    } catch (error) {
      // A port that was asked for is not exchanged for another.
      if (error.code !== "EADDRINUSE" || asked !== undefined || port > 4273) {
        console.error(`error: cannot listen on port ${port} (${error.code}); choose another: make demo PORT=8080`);
        process.exit(1);
      }
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
