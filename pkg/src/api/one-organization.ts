// Without the organisation's row there is no name to ask by, and lists may come with rows of several organisations.
import { AclarityError } from "../errors.js";
import type { ApiRow, FetchedList } from "./types.js";

export class OneOrganization {
  private id: string | undefined;

  /** `watches`: whether the rows have to agree, since nothing else says which organisation they are of. */
  constructor(private readonly watches: boolean) {}

  /** @throws AclarityError `no_organization` when the rows name more than one: a mixture passes for none of them */
  note(list: FetchedList, rows: readonly ApiRow[]): void {
    if (!this.watches) return;
    for (const { org_id, _object_org_id } of rows) {
      const id = org_id ?? _object_org_id;
      if (typeof id !== "string" || id === "") continue;
      this.id ??= id;
      if (id !== this.id) throw mixed(list, [this.id, id]);
    }
  }
}

function mixed(list: FetchedList, ids: readonly string[]): AclarityError {
  const message = `the rows are of several organizations (${ids.map((id) => `\`${id}\``).join(", ")}), and the token may not read which there are; use one that may, or one of a single organization`;
  return new AclarityError("no_organization", message, { path: `/${list}` });
}
