import { FINDINGS, type Finding, type Severity } from "aclarity";
import { useEffect, useMemo, useState } from "react";
import {
  Button as AriaButton,
  Disclosure,
  DisclosurePanel,
  Input,
  SearchField,
  ToggleButton,
  ToggleButtonGroup,
} from "react-aria-components";
import { Link } from "react-router";
import { type Access, AccessProvider, nameOfNode, nameOfUser, useAccess } from "../access/access.tsx";
import { aclOf } from "../access/paths.ts";
import { subjectParam, targetParam } from "../access/selection.ts";
import { useAccessValue } from "../access/value.ts";
import { hasBoxes } from "../edit/sheet.ts";
import chips from "../findings/FindingsPage.module.css";
import { at } from "../organization/export.ts";
import { plural } from "../organization/words.ts";
import { Icon } from "../ui/icons.tsx";
import { Button, Empty, Quoted } from "../ui/ui.tsx";
import styles from "./AuditPage.module.css";

const SEVERITIES: readonly { severity: Severity; one: string; many: string }[] = [
  { severity: "error", one: "Error", many: "Errors" },
  { severity: "warning", one: "Warning", many: "Warnings" },
  { severity: "info", one: "Note", many: "Notes" },
];

/** What somebody who looks after the organisation should know, with the way to whoever and whatever it is about. */
export function AuditPage() {
  const [access] = useAccessValue();
  const findings = useAudit(access);
  const [only, setOnly] = useState<Severity | "all">("all");
  const [text, setText] = useState("");
  const found = useMemo(() => matching(findings ?? [], text), [findings, text]);
  const groups = useMemo(() => codesOf(found.filter((f) => only === "all" || f.severity === only)), [found, only]);
  return (
    <AccessProvider value={access}>
      <title>Audit · aclarity</title>
      <div className={styles.page}>
        <header className={styles.header}>
          <h1>Audit</h1>
          <p>
            What is unused, redundant, risky or wrong in {access.rows.organization.name}, as it is on this page now.
          </p>
        </header>
        {!findings ? (
          <Waiting />
        ) : findings.length === 0 ? (
          <Empty icon="check" title="Nothing to report">
            The audit of this organization finds nothing.
          </Empty>
        ) : (
          <>
            <div className={styles.filter}>
              <ToggleButtonGroup
                aria-label="Severity"
                className={styles.chips ?? ""}
                selectionMode="single"
                disallowEmptySelection
                selectedKeys={[only]}
                onSelectionChange={(keys) => setOnly([...keys][0] as Severity | "all")}
              >
                <ToggleButton id="all" className={chips.chip ?? ""}>
                  All <span>{found.length}</span>
                </ToggleButton>
                {SEVERITIES.map(({ severity, many }) => (
                  <ToggleButton key={severity} id={severity} className={chips.chip ?? ""}>
                    {many} <span>{found.filter((f) => f.severity === severity).length}</span>
                  </ToggleButton>
                ))}
              </ToggleButtonGroup>
              <SearchField
                aria-label="Filter the findings"
                className={styles.search ?? ""}
                value={text}
                onChange={setText}
              >
                <Icon name="search" size={15} />
                <Input className={styles.input ?? ""} placeholder="Name, code or word" />
                <AriaButton className={styles.clear ?? ""} aria-label="Clear the filter">
                  <Icon name="x" size={13} />
                </AriaButton>
              </SearchField>
            </div>
            {groups.length === 0 ? (
              <Empty icon="off" title="Nothing of this kind">
                {text ? `No finding has “${text}” in it.` : ""}
              </Empty>
            ) : (
              groups.map((group) => (
                <CodeGroup key={`${access.view.generation} ${group.severity} ${group.code} ${text}`} group={group} />
              ))
            )}
          </>
        )}
      </div>
    </AccessProvider>
  );
}

/** The audit of a large organisation takes a moment: the page is drawn before. */
function useAudit({ org, view }: Access): readonly Finding[] | undefined {
  const [done, setDone] = useState<{ version: number; findings: readonly Finding[] }>();
  const [failed, setFailed] = useState<{ error: unknown }>();
  useEffect(() => {
    const timer = setTimeout(() => {
      try {
        setDone({ version: view.version, findings: org.audit() });
      } catch (error) {
        setFailed({ error });
      }
    });
    return () => clearTimeout(timer);
  }, [org, view.version]);
  if (failed) throw failed.error;
  return done?.findings;
}

interface Group {
  code: string;
  severity: Severity;
  summary: string;
  findings: readonly Finding[];
}
function codesOf(findings: readonly Finding[]): Group[] {
  const groups = Map.groupBy(findings, ({ severity, code }) => `${severity} ${code}`);
  const rank = (severity: Severity) => SEVERITIES.findIndex((one) => one.severity === severity);
  return [...groups.values()]
    .map((same): Group => {
      const { code, severity } = same[0] as Finding;
      return { code, severity, summary: FINDINGS.find((one) => one.code === code)?.summary ?? code, findings: same };
    })
    .toSorted((a, b) => rank(a.severity) - rank(b.severity) || a.code.localeCompare(b.code, "en"));
}

function matching(findings: readonly Finding[], text: string): readonly Finding[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return findings;
  return findings.filter(({ code, message, path }) => {
    const all = `${code} ${message} ${path}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/** Findings of one code shown at first. */
const SHOWN = 5;
function CodeGroup({ group: { code, severity, summary, findings } }: { group: Group }) {
  const [limit, setLimit] = useState(SHOWN);
  const name = SEVERITIES.find((one) => one.severity === severity)?.one ?? severity;
  return (
    <Disclosure className={styles.group ?? ""} defaultExpanded>
      <h2 className={styles.groupHeading}>
        <AriaButton slot="trigger" className={styles.groupButton ?? ""}>
          <span className={styles.severity} data-severity={severity}>
            <Icon name={severity} size={16} />
            <span className="visually-hidden">{name}: </span>
          </span>
          <span className={styles.summary}>{sentence(summary)}</span>
          <code>{code}</code>
          <span className={styles.count}>{findings.length}</span>
          <Icon name="right" size={14} className={styles.chevron} />
        </AriaButton>
      </h2>
      <DisclosurePanel>
        <ul className={styles.list} aria-label={`${code}: ${plural(findings.length, "finding")}`}>
          {findings.slice(0, limit).map((finding) => (
            <FindingRow
              key={`${finding.path} ${finding.subject} ${finding.object?.id} ${finding.message}`}
              finding={finding}
            />
          ))}
        </ul>
        {findings.length > limit && (
          <Button
            small
            look="quiet"
            className={styles.more}
            onPress={() => setLimit(limit === SHOWN ? 100 : limit + 100)}
          >
            Show {Math.min(findings.length - limit, limit === SHOWN ? 100 - SHOWN : 100)} more
          </Button>
        )}
      </DisclosurePanel>
    </Disclosure>
  );
}

const sentence = (text: string): string => text.replaceAll("`", "").replace(/^./, (letter) => letter.toUpperCase());

function FindingRow({ finding }: { finding: Finding }) {
  return (
    <li className={styles.row}>
      <p className={styles.message}>
        <Quoted text={finding.message} as="strong" />
      </p>
      <p className={styles.links}>
        <Links finding={finding} />
        {finding.path && <code>{finding.path}</code>}
      </p>
    </li>
  );
}

/** The group whose row a finding of loading is about. */
function groupAt({ view, tree }: Access, path: string): string | undefined {
  const row = path.startsWith("/groups/") ? at(view.data, path.split("/").slice(0, 3).join("/")) : undefined;
  const key = `group:${(row as { id?: unknown } | undefined)?.id}`;
  return tree.nodes.has(key) ? key : undefined;
}

/** To the person and the object on the access page, and to where it can be changed. */
function Links({ finding: { subject, object, acl, path } }: { finding: Finding }) {
  const access = useAccess();
  const row = acl === undefined ? undefined : aclOf(access.rows, acl);
  const as =
    subject !== undefined
      ? subjectParam({ kind: access.rows.groups.some(({ id }) => id === subject) ? "group" : "user", id: subject })
      : row?.user_id
        ? subjectParam({ kind: "user", id: row.user_id })
        : row?.group_id && access.tree.nodes.has(`group:${row.group_id}`)
          ? subjectParam({ kind: "group", id: row.group_id })
          : groupAt(access, path);
  const place = object ?? (row && { type: row.object_type, id: row.object_id });
  const on = place && access.tree.nodes.has(targetParam(place)) ? place : undefined;
  const query = (of: { as?: string | undefined; on?: string | undefined }) =>
    new URLSearchParams(Object.entries(of).filter((entry): entry is [string, string] => entry[1] !== undefined));
  const name =
    as &&
    (as.startsWith("group:")
      ? nameOfNode(access, { type: "group", id: as.slice(6) })
      : nameOfUser(access.org, as.slice(5)));
  const target = on && targetParam(on);
  return (
    <>
      {as && name && (
        <Link className={styles.link} to={`/?${query({ as, on: target })}`}>
          <Icon name={as.startsWith("group:") ? "group" : "person"} size={13} />
          {name}
        </Link>
      )}
      {on && target !== as && (
        <Link className={styles.link} to={`/?${query({ as, on: target, ...(!as && { tab: "who" }) })}`}>
          <Icon name={access.tree.nodes.get(target ?? "")?.icon ?? on.type} size={13} />
          {nameOfNode(access, on)}
        </Link>
      )}
      {as && (
        <Link className={styles.link} to={`/edit?${query({ as, on: on && hasBoxes(on.type) ? target : undefined })}`}>
          <Icon name="edit" size={13} />
          Change<span className="visually-hidden"> access of {name}</span>
        </Link>
      )}
    </>
  );
}

const LINES = Array.from({ length: 8 }, (_, i) => `line ${i}`);
function Waiting() {
  return (
    <div className={styles.waiting} role="status">
      <span className="visually-hidden">Auditing the organization</span>
      {LINES.map((line) => (
        <div key={line} />
      ))}
    </div>
  );
}
