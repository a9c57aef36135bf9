import { useState } from "react";
import { useAccess } from "../access/access.tsx";
import { aclOf } from "../access/paths.ts";
import { Icon } from "../ui/icons.tsx";
import { Button, classes, Hidden, Quoted } from "../ui/ui.tsx";
import { useEdit } from "./context.ts";
import styles from "./EditPage.module.css";
import { FindingMark } from "./FindingMark.tsx";

/** Grants shown at first. */
const GRANTS = 20;

/** Direct grants that no box can show. They stay, unless they are taken back one by one. */
export function OtherGrants() {
  const access = useAccess();
  const { session, editing, principal, findings, now } = useEdit();
  const before = access.org.matrix(principal).other;
  const still = new Set(now.matrix(principal).other.map(({ acl }) => acl));
  const [limit, setLimit] = useState(GRANTS);
  if (before.length === 0) return null;
  const shown = before.filter(({ acl }, i) => i < limit || editing.marks.includes(`revoke ${acl}`));
  const more = before.length - shown.length;
  return (
    <section className={styles.section} aria-labelledby="other-grants">
      <header className={styles.header}>
        <h2 id="other-grants">Grants without a box</h2>
        <p>Roles and restrictions that the matrix cannot show. Boxes leave them alone.</p>
      </header>
      <ul className={styles.others}>
        {shown.map(({ acl, text }) => {
          const mark = `revoke ${acl}`;
          const changed = editing.marks.includes(mark);
          const row = aclOf(access.rows, acl);
          const icon = row?.role_id ? "role" : "grant";
          return (
            <li key={acl} className={styles.other} data-changed={changed || undefined}>
              <Icon name={icon} size={15} />
              <span className={classes(styles.otherText, !still.has(acl) && styles.struck)}>
                <Quoted text={text} as="strong" />
                {changed && <Hidden>, to be revoked</Hidden>}
              </span>
              <FindingMark findings={findings.get(mark)} />
              <Button
                small
                look="quiet"
                icon={changed ? "undo" : "x"}
                aria-label={changed ? `Keep ${plain(text)}` : `Revoke ${plain(text)}`}
                aria-description={name}
                onPress={() => session.toggle(mark, (draft) => draft.revoke(acl))}
              >
                {changed ? "Keep" : "Revoke"}
              </Button>
            </li>
          );
        })}
      </ul>
      {more > 0 && (
        <Button small look="quiet" className={styles.moreRows} onPress={() => setLimit(limit + 5 * GRANTS)}>
          Show {Math.min(more, 5 * GRANTS)} of {more.toLocaleString("en")} more
        </Button>
      )}
    </section>
  );
}
const plain = (text: string): string => text.replaceAll("`", "");
