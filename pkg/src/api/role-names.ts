// Which roles are named, and which of them came.
import type { ApiRow, FetchedList } from "./types.js";

export class RoleNames {
  private readonly named = new Set<string>();
  /** Those that came, and those that were asked for by id. */
  private readonly known = new Set<string>();

  note(list: FetchedList, rows: readonly ApiRow[]): void {
    if (list === "acls") for (const { role_id } of rows as readonly { role_id?: unknown }[]) this.name(role_id);
    if (list !== "roles") return;
    for (const { id, member_roles } of rows as readonly { id: unknown; member_roles?: unknown }[]) {
      if (typeof id === "string") this.known.add(id);
      if (Array.isArray(member_roles))
        member_roles.forEach((role) => {
          this.name(role);
        });
    }
  }

  /** Those that are named and did not come; each is told once. */
  lacking(): string[] {
    const ids = [...this.named].filter((id) => !this.known.has(id));
    for (const id of ids) this.known.add(id);
    return ids;
  }

  private name(id: unknown): void {
    if (typeof id === "string" && id !== "") this.named.add(id);
  }
}
