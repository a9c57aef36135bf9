import { type Access as AccessRow, type Ask, PERMISSIONS } from "aclarity";
import { useState } from "react";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { useWorkspace } from "../organization/context.tsx";
import { ACCESS_PERMISSIONS, askName, PERMISSION_NAMES, plural, typeName, typeNames } from "../organization/words.ts";
import { Avatar, Badge, Button, Empty, Hint } from "../ui/ui.tsx";
import {
  argument,
  nameOfGroup,
  nameOfNode,
  nameOfUser,
  type SubjectOption,
  unknownSubject,
  useAccess,
} from "./access.tsx";
import { aclOf } from "./paths.ts";
import type { SubjectKey } from "./selection.ts";
import type { NodeItem } from "./tree.ts";
import styles from "./WhoHasAccess.module.css";

const ASKS = ["read", "create", "update", "delete", "manage_access"] as const satisfies readonly Ask[];
/** People shown at first. */
const PAGE = 12;

export function WhoHasAccess({ item }: { item: NodeItem }) {
  const [ask, setAsk] = useState<Ask>("read");
  return (
    <>
      <People item={item} ask={ask} onAsk={setAsk} />
      <Grants item={item} />
    </>
  );
}

/** Everybody who may, once each, by the shortest way. */
function People({ item, ask, onAsk }: { item: NodeItem; ask: Ask; onAsk: (ask: Ask) => void }) {
  const access = useAccess();
  const [limit, setLimit] = useState(PAGE);
  const who = access.org.who(ask, item.node.type, argument(item));
  const people = who.subjects
    .map((one) => ({ ...one, name: nameOfUser(access.org, one.subject) }))
    .sort((a, b) => Number(a.name === a.subject) - Number(b.name === b.subject) || a.name.localeCompare(b.name, "en"));
  const shown = people.slice(0, limit);
  return (
    <section className={styles.section} aria-label="People and service accounts">
      <header className={styles.header}>
        <h3>{who.subjects.length.toLocaleString("en")} may</h3>
        <ToggleButtonGroup
          aria-label="Permission"
          className={styles.asks ?? ""}
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[ask]}
          onSelectionChange={(keys) => onAsk([...keys][0] as Ask)}
        >
          {ASKS.map((one) => (
            <ToggleButton key={one} id={one} className={styles.ask ?? ""}>
              {askName(one)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      </header>
      {who.public && (
        <p className={styles.public}>
          This experiment is public: anybody with its address may read it, signed in or not.
        </p>
      )}
      {shown.length === 0 ? (
        <Empty icon="off" title={`Nobody may ${askName(ask).toLowerCase()}`} />
      ) : (
        <ul
          className={styles.people}
          aria-label={`${askName(ask)}: ${plural(who.subjects.length, "person or account", "people and accounts")}`}
        >
          {shown.map(({ subject, via, name }) => {
            const option = optionOf(access.options, { kind: "user", id: subject });
            return (
              <li key={subject}>
                <button
                  type="button"
                  className={styles.person}
                  onClick={() => access.select({ as: { kind: "user", id: subject }, why: { ask }, tab: "permissions" })}
                >
                  <Avatar name={name} kind={option.kind} />
                  <span className={styles.name}>{name}</span>
                  <span className={styles.via}>
                    {via.length > 0 ? via.map((g) => nameOfGroup(access, g)).join(" › ") : "Granted in person"}
                  </span>
                </button>
              </li>
            );
          })}
        </ul>
      )}
      {who.subjects.length > limit && (
        <Button small look="quiet" className={styles.more} onPress={() => setLimit(limit === PAGE ? 200 : limit + 200)}>
          Show {Math.min(who.subjects.length - limit, limit === PAGE ? 200 - PAGE : 200).toLocaleString("en")} more
        </Button>
      )}
    </section>
  );
}

const optionOf = (options: readonly SubjectOption[], key: SubjectKey & { kind: "user" | "group" }): SubjectOption =>
  options.find((o) => o.key === `${key.kind}:${key.id}`) ?? unknownSubject(key);

/** Every grant that reaches the object, on itself first. */
function Grants({ item }: { item: NodeItem }) {
  const access = useAccess();
  const rows = gathered(access.org.access(item.node.type, argument(item)));
  return (
    <section className={styles.section} aria-label="Grants that reach this object">
      <header className={styles.header}>
        <h3>
          {plural(rows.length, "grant")} that reach{rows.length === 1 ? "es" : ""} it
        </h3>
      </header>
      {rows.length === 0 ? (
        <Empty icon="access" title="No grant reaches this object" />
      ) : (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Who</th>
              <th scope="col">Permissions</th>
              <th scope="col">Comes from</th>
              <th scope="col">
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <GrantRow key={row.acls.join()} row={row} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

interface Gathered extends AccessRow {
  acls: readonly string[];
}
/** One line for what one principal was granted at one place, as four grants of one permission each are one decision. */
function gathered(rows: readonly AccessRow[]): Gathered[] {
  const lines = Map.groupBy(rows, (row) => JSON.stringify([row.principal, row.on, row.role, row.restrict]));
  return [...lines.values()].map((same) => ({
    ...(same[0] as AccessRow),
    permissions: PERMISSIONS.filter((p) => same.some((row) => row.permissions.includes(p))),
    acls: same.map((row) => row.acl),
  }));
}

function GrantRow({ row }: { row: Gathered }) {
  const access = useAccess();
  const workspace = useWorkspace();
  const isUser = "user" in row.principal;
  const key: SubjectKey & { kind: "user" | "group" } =
    "user" in row.principal ? { kind: "user", id: row.principal.user } : { kind: "group", id: row.principal.group };
  const option = optionOf(access.options, key);
  const name = isUser ? nameOfUser(access.org, key.id) : nameOfGroup(access, key.id);
  const revoke = () =>
    workspace.apply(`Revoked what ${name} was granted on ${nameOfNode(access, row.on)}`, {
      acls: { remove: [...row.acls] },
    });
  return (
    <tr>
      <td data-label="Who">
        <span className={styles.who}>
          <Avatar name={name} kind={option.kind} />
          <span>
            <span className={styles.name}>{name}</span>
            {!isUser && <span className={styles.members}>{plural(row.members, "member")}</span>}
          </span>
        </span>
      </td>
      <td data-label="Permissions">
        <Permissions row={row} />
      </td>
      <td data-label="Comes from">
        <span className={styles.from}>
          {row.inherited ? nameOfNode(access, row.on) : "This object"}
          <span className={styles.members}>
            {[
              row.inherited && typeName(row.on.type) !== nameOfNode(access, row.on) && typeName(row.on.type),
              row.role && `role ${nameOfNode(access, { type: "role", id: row.role })}`,
              row.restrict && `only ${typeNames(row.restrict).toLowerCase()}`,
            ]
              .filter(Boolean)
              .join(" · ")
              .replace(/^role/, "Role")
              .replace(/^only/, "Only") || "Direct grant"}
          </span>
        </span>
      </td>
      <td className={styles.actions}>
        {aclOf(access.rows, row.acl) && (
          <Hint text="Takes this grant away, on this page only">
            <Button small look="quiet" icon="x" aria-label={`Revoke the grant of ${name}`} onPress={revoke} />
          </Hint>
        )}
      </td>
    </tr>
  );
}

function Permissions({ row }: { row: AccessRow }) {
  const has = new Set<string>(row.permissions);
  const all = ACCESS_PERMISSIONS.every((p) => has.has(p));
  const shown: string[] = row.permissions.filter((p) => !all || !p.endsWith("_acls")).map((p) => PERMISSION_NAMES[p]);
  if (all) shown.push("Manage access");
  return (
    <span className={styles.permissions}>
      {shown.map((name) => (
        <Badge key={name}>{name}</Badge>
      ))}
    </span>
  );
}
