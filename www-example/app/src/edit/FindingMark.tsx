import type { Finding } from "aclarity";
import { Button } from "react-aria-components";
import { plural } from "../organization/words.ts";
import { Icon } from "../ui/icons.tsx";
import { Hint, Quoted } from "../ui/ui.tsx";
import styles from "./FindingMark.module.css";
import { remarksOf, worst } from "./findings.ts";

/** That something was found about this change, and what, at the place where it was made. */
export function FindingMark({ findings = [] }: { findings: readonly Finding[] | undefined }) {
  const severity = worst(findings);
  if (!severity) return null;
  const remarks = remarksOf(findings);
  return (
    <Hint
      text={remarks.map(({ key, finding }) => (
        <span key={key} className={styles.line}>
          <Quoted text={finding.message} as="strong" />
        </span>
      ))}
    >
      <Button
        className={styles.mark ?? ""}
        data-severity={severity}
        aria-label={`${plural(remarks.length, severity === "info" ? "note" : severity)} about this change`}
        onPress={() => document.getElementById(`finding ${remarks[0]?.key}`)?.focus()}
      >
        <Icon name={severity} size={14} />
      </Button>
    </Hint>
  );
}
