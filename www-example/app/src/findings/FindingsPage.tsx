import type { Finding, Severity } from "aclarity";
import { useState } from "react";
import { Button, Disclosure, DisclosurePanel, ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { useView } from "../organization/context.tsx";
import { at } from "../organization/export.ts";
import { plural } from "../organization/words.ts";
import { Icon } from "../ui/icons.tsx";
import { Empty, Quoted } from "../ui/ui.tsx";
import styles from "./FindingsPage.module.css";

const SEVERITIES: readonly { severity: Severity; one: string; many: string }[] = [
  { severity: "error", one: "Error", many: "Errors" },
  { severity: "warning", one: "Warning", many: "Warnings" },
  { severity: "info", one: "Note", many: "Notes" },
];

/** What was noticed while the export was loaded: what it left out, and where. */
export function FindingsPage() {
  const { org, data, source } = useView();
  const [only, setOnly] = useState<Severity | "all">("all");
  const findings = org.findings;
  const shown = SEVERITIES.flatMap(({ severity }) =>
    only === "all" || only === severity ? findings.filter((f) => f.severity === severity) : [],
  );
  return (
    <div className={styles.page}>
      <title>Findings · aclarity</title>
      <header className={styles.header}>
        <h1>Findings</h1>
        <p>
          What loading “{source.name}” noticed. Whatever is not sound grants nothing: it is left out, and listed here
          with its place in the export.
        </p>
      </header>
      {findings.length === 0 ? (
        <Empty icon="check" title="Nothing to report">
          Every row of this export is sound.
        </Empty>
      ) : (
        <>
          <ToggleButtonGroup
            aria-label="Severity"
            className={styles.filter ?? ""}
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[only]}
            onSelectionChange={(keys) => setOnly([...keys][0] as Severity | "all")}
          >
            <ToggleButton id="all" className={styles.chip ?? ""}>
              All <span>{findings.length}</span>
            </ToggleButton>
            {SEVERITIES.map(({ severity, many }) => (
              <ToggleButton key={severity} id={severity} className={styles.chip ?? ""}>
                {many} <span>{findings.filter((f) => f.severity === severity).length}</span>
              </ToggleButton>
            ))}
          </ToggleButtonGroup>
          {shown.length === 0 ? (
            <Empty icon="check" title="None of this kind" />
          ) : (
            <ul className={styles.list} aria-label={plural(shown.length, "finding")}>
              {shown.map((finding) => (
                <FindingRow key={`${finding.code} ${finding.path}`} finding={finding} data={data} />
              ))}
            </ul>
          )}
        </>
      )}
    </div>
  );
}

function FindingRow({ finding, data }: { finding: Finding; data: Record<string, unknown> }) {
  const severity = SEVERITIES.find((s) => s.severity === finding.severity)?.one ?? finding.severity;
  const row = at(data, finding.path.split("/").slice(0, 3).join("/"));
  const hasRow = typeof row === "object" && row !== null && !Array.isArray(row);
  return (
    <li className={styles.item}>
      <Disclosure className={styles.disclosure ?? ""} isDisabled={!hasRow}>
        <Button slot="trigger" className={styles.row ?? ""}>
          <span className={styles.severity} data-severity={finding.severity}>
            <Icon name={finding.severity} size={16} />
            <span className="visually-hidden">{severity}: </span>
          </span>
          <span className={styles.message}>
            <Quoted text={finding.message} />
          </span>
          <span className={styles.meta}>
            <code>{finding.code}</code>
            {finding.path && <code>{finding.path}</code>}
          </span>
          <Icon name="right" size={14} className={styles.chevron} />
        </Button>
        <DisclosurePanel className={styles.panel ?? ""}>
          {hasRow && <pre>{JSON.stringify(row, null, 2)}</pre>}
        </DisclosurePanel>
      </Disclosure>
    </li>
  );
}
