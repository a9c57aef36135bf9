// A whole organisation from the API, list by list.
import { AclarityError, badArgument, kindOf } from "../errors.js";
import { Ahead } from "./ahead.js";
import { Client } from "./client.js";
import { LIST_NAMES, LISTS, ORGANIZATION } from "./lists.js";
import { OneOrganization } from "./one-organization.js";
import { checkAccess, checkListener, checkNumber } from "./options.js";
import { pagesOf, pick } from "./pages.js";
import { Tally } from "./progress.js";
import { RoleNames } from "./role-names.js";
import type { ApiRow, FetchedExport, FetchedList, FetchedPages, FetchOptions, MissingList } from "./types.js";

const CONCURRENCY = 4;
const RETRIES = 6;

export async function fetchExport(options: FetchOptions): Promise<FetchedExport> {
  const { access, token } = checkAccess(options);
  const lists = checkInclude(options.include);
  const tally = new Tally(lists.length, checkListener(options.onProgress));
  const client = new Client(access, token, {
    concurrency: checkNumber(options.concurrency, "concurrency", CONCURRENCY, 1, 100),
    retries: checkNumber(options.retries, "retries", RETRIES, 0, 100),
    onWait: (milliseconds, status) => tally.wait(milliseconds, status),
  });
  tally.requests = () => client.answered;
  try {
    const organization = await findOrganization(client, checkOrganization(options.organization));
    return await new Fetch(client, lists, organization, tally).begin();
  } catch (error) {
    client.stop(error);
    throw error;
  }
}

function checkInclude(include: unknown): readonly FetchedList[] {
  if (include === undefined || include === null) return LIST_NAMES;
  if (!Array.isArray(include)) throw badArgument(`\`include\` is an array of names of lists, not ${kindOf(include)}`);
  for (const name of include) {
    if (typeof name === "string" && Object.hasOwn(LISTS, name)) continue;
    const known = LIST_NAMES.map((list) => `\`${list}\``).join(", ");
    const given = typeof name === "string" ? `\`${name}\`` : kindOf(name);
    throw badArgument(`\`include\`: the API has no list ${given}; it has ${known}`);
  }
  return LIST_NAMES.filter((list) => include.includes(list));
}

function checkOrganization(organization: unknown): string | undefined {
  if (organization === undefined || organization === null) return undefined;
  if (typeof organization === "string" && organization !== "") return organization;
  throw badArgument("`organization` is an organization's id or name");
}

// ---- the organisation ----

type Organization = NonNullable<FetchedExport["organization"]>;

/** The one organisation that the token sees, or the one that is asked for; `null` when the token may see none. */
async function findOrganization(client: Client, wanted: string | undefined): Promise<Organization | null> {
  const place = { ...ORGANIZATION, at: "/organization" };
  const seen: Organization[] = [];
  try {
    for await (const rows of pagesOf(client, place)) seen.push(...(rows as readonly ApiRow[] as Organization[]));
  } catch (error) {
    if (isForbidden(error) && wanted === undefined) return null;
    throw error;
  }
  for (const [index, { id }] of seen.entries()) {
    if (typeof id === "string" && id !== "") continue;
    throw new AclarityError("bad_shape", `/organization: expected an id in row ${index} of the API's answer`, {
      path: "/organization",
    });
  }
  const found = wanted === undefined ? seen : seen.filter(({ id, name }) => id === wanted || name === wanted);
  if (found.length === 1) return found[0] as Organization;
  throw noOrganization(seen, found.length > 0, wanted);
}

function noOrganization(seen: readonly Organization[], several: boolean, wanted: string | undefined): AclarityError {
  const names = seen.map(({ name, id }) => `\`${name ?? id}\` (${id})`).join(", ");
  const which = wanted === undefined ? "" : ` called \`${wanted}\``;
  const message =
    seen.length === 0
      ? "the token sees no organization; check that it is of the right API"
      : several
        ? `the token sees several organizations${which}: ${names}; say which by \`organization\`, best by its id`
        : `the token sees no organization${which}; it sees ${names}`;
  return new AclarityError("no_organization", message, { path: "/organization" });
}

function isForbidden(error: unknown): error is AclarityError {
  return error instanceof AclarityError && error.code === "http" && error.status === 403;
}

// ---- the lists ----

class Fetch {
  private readonly roles = new RoleNames();
  private readonly alone: OneOrganization;
  private readonly ahead = new Map<FetchedList, Ahead<readonly ApiRow[]>>();

  constructor(
    private readonly client: Client,
    private readonly lists: readonly FetchedList[],
    private readonly organization: Organization | null,
    private readonly tally: Tally,
  ) {
    this.alone = new OneOrganization(organization === null);
  }

  async begin(): Promise<FetchedExport> {
    for (const list of this.lists) this.ahead.set(list, new Ahead(this.pages(list)));
    const missing: MissingList[] = this.organization === null ? [{ list: "organization", status: 403 }] : [];
    await Promise.all(
      this.lists.map(async (list) => {
        try {
          await this.ahead.get(list)?.first;
        } catch (error) {
          missing.push(missingList(list, error));
          this.ahead.delete(list);
          this.tally.end(list, "missing");
        }
      }),
    );
    // In the order of the lists, not in that of the answers.
    missing.sort((a, b) => LIST_NAMES.indexOf(a.list as FetchedList) - LIST_NAMES.indexOf(b.list as FetchedList));
    const exported: Record<string, unknown> = { organization: this.organization, missing };
    for (const [list, ahead] of this.ahead) {
      exported[list] = new PagesOnTheirWay(list, this.read(list, ahead), () => this.client.stop(abandoned(list)));
    }
    return exported as unknown as FetchedExport;
  }

  private async *pages(list: FetchedList): AsyncGenerator<readonly ApiRow[], void, void> {
    const place = { ...LISTS[list], at: `/${list}`, organization: textOrNothing(this.organization?.name) };
    let first = true;
    try {
      for await (const rows of pagesOf(this.client, place)) {
        first = false;
        this.alone.note(list, rows);
        this.roles.note(list, rows);
        this.tally.page(list, rows.length);
        yield rows;
      }
    } catch (error) {
      // A list that is left out ends nothing; any other failure is one of the whole.
      if (first && isMissing(list, error)) throw error;
      const failure = first ? error : whole(list, error);
      this.client.stop(failure);
      throw failure;
    }
    if (list !== "roles") this.tally.end(list, "complete");
  }

  private async *read(
    list: FetchedList,
    ahead: Ahead<readonly ApiRow[]>,
  ): AsyncGenerator<readonly ApiRow[], void, void> {
    try {
      yield* ahead.read();
      if (list === "roles") yield* this.rolesByTheirIds();
    } catch (error) {
      this.client.stop(error);
      throw error;
    }
    // MODEL 4: a list that ends with an empty page is known to be complete.
    yield [];
  }

  /** Roles that an ACL or a role names and the list lacks: those of the system, mostly. */
  private async *rolesByTheirIds(): AsyncGenerator<readonly ApiRow[], void, void> {
    await this.ahead.get("acls")?.complete();
    for (let ids = this.roles.lacking(); ids.length > 0; ids = this.roles.lacking()) {
      const rows = (await Promise.all(ids.map((id) => this.roleById(id)))).filter((row) => row !== undefined);
      this.roles.note("roles", rows);
      if (rows.length === 0) continue;
      this.tally.page("roles", rows.length);
      yield rows;
    }
    this.tally.end("roles", "complete");
  }

  /** Undefined when the token may not read it or nothing has the id: then whatever names it is a finding of loading. */
  private async roleById(id: string): Promise<ApiRow | undefined> {
    try {
      const row = await this.client.get(`/v1/role/${encodeURIComponent(id)}`, "/roles");
      if (typeof row === "object" && row !== null && (row as { id?: unknown }).id === id) {
        return pick(row as Record<string, unknown>, LISTS.roles.fields);
      }
      throw new AclarityError("bad_shape", "/roles: expected the role that was asked for, found something else", {
        path: "/roles",
      });
    } catch (error) {
      if (error instanceof AclarityError && [400, 403, 404].includes(error.status ?? 0)) return undefined;
      throw error;
    }
  }
}

const textOrNothing = (value: unknown) => (typeof value === "string" ? value : undefined);

/** Whether it means that the list is not for this token, or not in this API. */
function isMissing(list: FetchedList, error: unknown): error is AclarityError {
  if (isForbidden(error)) return true;
  return LISTS[list].newer === true && error instanceof AclarityError && error.status === 404;
}

function missingList(list: FetchedList, error: unknown): MissingList {
  if (!isMissing(list, error)) throw error;
  return { list, status: error.status };
}

function abandoned(list: FetchedList): AclarityError {
  return new AclarityError("aborted", `\`${list}\` was not read to its end, so that the rest was not fetched`, {
    path: `/${list}`,
  });
}

/** A list that was begun and is refused now: it is not left out, since a part of it was given away. */
function whole(list: FetchedList, error: unknown): unknown {
  if (!isForbidden(error)) return error;
  const message = `\`${list}\` was readable at first and no longer is (403), so that it is not whole; fetch it again`;
  return new AclarityError("http", message, { path: `/${list}`, status: 403 });
}

class PagesOnTheirWay implements FetchedPages {
  readonly #list: string;
  readonly #abandon: () => void;
  #pages: AsyncGenerator<readonly ApiRow[], void, void> | undefined;

  /** `abandon`: called when somebody leaves it before its end. */
  constructor(list: string, pages: AsyncGenerator<readonly ApiRow[], void, void>, abandon: () => void) {
    this.#list = list;
    this.#pages = pages;
    this.#abandon = abandon;
  }

  [Symbol.asyncIterator](): AsyncIterator<readonly ApiRow[]> {
    const pages = this.#pages;
    this.#pages = undefined;
    if (pages === undefined) throw badArgument(`\`${this.#list}\` was read already; fetch the export again`);
    let ended = false;
    return {
      next: async () => {
        const result = await pages.next();
        ended = result.done === true;
        return result;
      },
      // At once: a generator that waits for a page would hear of it when that has come.
      return: async () => {
        if (!ended) this.#abandon();
        return pages.return();
      },
    };
  }

  toJSON(): never {
    throw badArgument(`\`${this.#list}\` is still on its way; write the export by \`exportText\``);
  }
}
