// Whose key it is that `verify` asks with.
import type { Client } from "../../api/client.js";
import { pagesOf } from "../../api/pages.js";
import { credentialKind } from "../../credentials.js";
import type { Given } from "../command.js";
import type { Names } from "../names.js";
import type { Asker } from "../people.js";
import { usage } from "../problem.js";

export interface Known {
  readonly asker: Asker;
  /** How it is known. */
  readonly known: "--as" | "/v1/api_key" | "/v1/service_token";
}

export async function principal(given: Given, client: Client, names: Names, token: string): Promise<Known> {
  const told = given.text("as");
  if (told !== undefined) {
    const asker = names.people.asker(told);
    if (asker.kind !== "user") throw usage("`--as` names a person or a service account");
    return { asker, known: "--as" };
  }
  const isService = credentialKind(token) === "service_token";
  const path = isService ? "/v1/service_token" : "/v1/api_key";
  const rows = await keys(client, path);
  const owners = new Set(rows.flatMap((row) => ownerOf(row, isService, token) ?? []));
  const [owner] = owners;
  if (owners.size === 1 && owner !== undefined) return { asker: names.people.askerById(owner), known: path };
  throw untold(`GET ${path} lists ${owners.size === 0 ? "no key with this end" : "such keys of several accounts"}`);
}

const KEY_FIELDS = ["id", "preview_name", "user_id", "service_account_id"];

/** All keys that are listed, without their names. */
async function keys(client: Client, path: string): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  try {
    for await (const page of pagesOf(client, { path, fields: KEY_FIELDS, at: path })) rows.push(...page);
  } catch (error) {
    const { status } = error as { status?: number };
    if (status === 403 || status === 404) throw untold(`GET ${path} answered ${status}`);
    throw error;
  }
  return rows;
}

function untold(why: string) {
  return usage(`the API does not tell whose key this is (${why}); name them with \`--as\``);
}

/** The account of a key whose preview fits: its visible ends are those of the token, at least four characters of it. */
function ownerOf(row: Record<string, unknown>, isService: boolean, token: string): string | undefined {
  const preview = row.preview_name;
  const owner = isService ? row.service_account_id : row.user_id;
  if (typeof preview !== "string" || typeof owner !== "string") return undefined;
  const [start = "", end = ""] = [/^[\w-]*/, /[\w-]*$/].map((part) => part.exec(preview)?.[0] ?? "");
  if (preview === start || end.length < 4) return undefined;
  return token.startsWith(start) && token.endsWith(end) ? owner : undefined;
}
