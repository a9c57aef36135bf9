// A server that speaks the API, as its description has it, and misbehaves when told to. Built from the description
// (paths, parameters, shapes), not from any client of ours.
//
//   const api = await startServer({ group: [...], acl: [...] });      // rows by noun, newest first
//   api.misbehave({ path: "/v1/group", times: 2, how: { status: 500 } });
//   … api.url, api.token …
//   await api.close();
import { randomUUID } from "node:crypto";
import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Data, type Rows } from "./data.ts";
import { MARK } from "./mark.ts";
import { type How, type Rule, Rules, sendBadly } from "./misbehaviour.ts";
import { nounOf, Refused, read } from "./reads.ts";
import { write } from "./writes.ts";

export type { Row, Rows } from "./data.ts";
export { MARK } from "./mark.ts";
export type { How, Rule } from "./misbehaviour.ts";

export interface ServerOptions {
  /** The token that it accepts; a new one when it is left out. */
  readonly token?: string;
  /** How many rows a page has at most, whatever is asked for. Default 1000. */
  readonly pageSize?: number;
  /** Paths that are answered with 403: `/v1/service_token`. */
  readonly forbidden?: readonly string[];
  /** Paths that this API does not have. */
  readonly absent?: readonly string[];
}

/** A request as it came. */
export interface Asked {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: unknown;
}

export async function startServer(
  lists: Record<string, readonly object[] | Rows> = {},
  options: ServerOptions = {},
): Promise<ApiServer> {
  const server = new ApiServer(new Data(lists), options);
  await server.listen();
  return server;
}

export class ApiServer {
  readonly token: string;
  /** Every request so far. */
  readonly asked: Asked[] = [];
  /** How many requests were under way at the same time, at most. */
  mostAtOnce = 0;
  private underWay = 0;
  private readonly rules = new Rules();
  private readonly http: HttpServer;

  constructor(
    readonly data: Data,
    private readonly options: ServerOptions,
  ) {
    this.token = options.token ?? `sk-${MARK}${randomUUID()}`;
    this.http = createServer((request, response) => void this.handle(request, response));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  async listen(): Promise<void> {
    await new Promise<void>((done) => this.http.listen(0, "127.0.0.1", done));
  }

  misbehave(rule: Rule): void {
    this.rules.add(rule);
  }

  behave(): void {
    this.rules.clear();
  }

  async close(): Promise<void> {
    this.http.closeAllConnections();
    await new Promise((done) => this.http.close(done));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.underWay);
    response.once("close", () => this.underWay--);
    // Pages of other addresses may ask, as they may ask the API.
    response.setHeader("access-control-allow-origin", "*");
    if (request.method === "OPTIONS") {
      response.setHeader("access-control-allow-methods", "GET, POST, PUT, PATCH, DELETE");
      response.setHeader("access-control-allow-headers", "authorization, content-type, x-bt-impersonate-user");
      response.writeHead(204).end();
      return;
    }
    const { method = "GET", url = "/", headers } = request;
    const text = await textOf(request);
    const body: unknown = text === "" ? undefined : parse(text);
    this.asked.push({ method, path: url, headers, body });
    const how = this.rules.of(method, url.split("?")[0] ?? "");
    if (how !== undefined && isWholeAnswer(how, response)) return;
    try {
      const answer = this.answer(method, new URL(url, this.url), headers, body, how);
      if (how !== undefined && "lose" in how) response.socket?.destroy();
      else this.send(response, 200, answer, how);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.send(response, error.status, { error: error.words }, undefined);
    }
  }

  private answer(
    method: string,
    url: URL,
    headers: IncomingMessage["headers"],
    body: unknown,
    how: How | undefined,
  ): unknown {
    const { authorization, "content-type": type } = headers;
    // As thoughtless servers do, it repeats what it was given.
    if (authorization !== `Bearer ${this.token}`) throw new Refused(401, `Invalid API key: ${authorization?.slice(7)}`);
    const { forbidden = [], absent = [], pageSize = 1000 } = this.options;
    if (forbidden.includes(url.pathname)) throw new Refused(403, `Forbidden for ${this.token}`);
    if (!url.pathname.startsWith("/v1/") || absent.includes(url.pathname)) throw new Refused(404, "Not found");
    const route = url.pathname.slice("/v1/".length);
    if (method !== "GET") {
      if (body !== undefined && type !== "application/json") throw new Refused(400, "the body is JSON");
      return write(this.data, method, route, body);
    }
    if (how !== undefined && "appear" in how) how.appear(nounOf(route) ?? "");
    const overlap = how !== undefined && "overlap" in how ? how.overlap : 0;
    return read(this.data, route, url.searchParams, {
      pageSize,
      overlap,
      goesOn: how === undefined || !("goesOn" in how),
    });
  }

  private send(response: ServerResponse, status: number, answer: unknown, how: How | undefined): void {
    response.statusCode = status;
    response.setHeader("content-type", "application/json");
    sendBadly(response, JSON.stringify(answer), how);
  }
}

/** Misbehaviour that does not depend on what was asked. */
function isWholeAnswer(how: How, response: ServerResponse): boolean {
  if ("status" in how) {
    const { status, headers = {}, body = { error: "misbehaving" } } = how;
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  } else if ("html" in how) {
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Sign in</title>");
  } else if ("redirect" in how) {
    response.writeHead(302, { location: how.redirect }).end();
  } else if ("cut" in how && how.cut === "before") {
    response.socket?.destroy();
  } else {
    return false;
  }
  return true;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
