import type { Explanation, NearMiss } from "aclarity";
import { useMemo, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { useWorkspace } from "../organization/context.tsx";
import { askName, plural, typeName } from "../organization/words.ts";
import { Icon } from "../ui/icons.tsx";
import { Badge, Button, Quoted } from "../ui/ui.tsx";
import { explanation, useAccess } from "./access.tsx";
import { PathDiagram } from "./PathDiagram.tsx";
import { fixText, joint, type Path, pathsOf } from "./paths.ts";
import type { Question } from "./selection.ts";
import type { NodeItem } from "./tree.ts";
import styles from "./Why.module.css";

const MISSING: Record<NearMiss["missing"], { icon: string; label: string }> = {
  membership: { icon: "group", label: "Membership" },
  permission: { icon: "grant", label: "Permission" },
  restriction: { icon: "off", label: "Restriction" },
  deleted: { icon: "delete", label: "Deleted" },
};

/** Why somebody may or may not: the sentence, the way drawn and in words, what comes close and what would help. */
export function Why({ item, question }: { item: NodeItem; question: Question }) {
  const access = useAccess();
  const why = explanation(access.me, item, question);
  const paths = useMemo(() => pathsOf(access, item, question, why), [access, item, question, why]);
  const [wanted, setChosen] = useState(0);
  const chosen = Math.min(wanted, paths.length - 1);
  const what =
    "ask" in question ? askName(question.ask).toLowerCase() : `create a ${typeName(question.create).toLowerCase()} in`;
  const title = `${why.allowed ? "Why" : "Why not"}: ${what} ${item.name}`;
  return (
    <section className={styles.root} aria-label={title}>
      <header className={styles.header} data-allowed={why.allowed}>
        <Badge tone={why.allowed ? "yes" : undefined} icon={why.allowed ? "check" : "x"}>
          {why.allowed ? "Allowed" : "Not allowed"}
        </Badge>
        {why.basis === "chosen" && (
          <Badge title="The product's documents are silent here; this is aclarity's own, narrower reading">
            Rests on a choice
          </Badge>
        )}
        <p className={styles.sentence} aria-live="polite">
          <Quoted text={why.text} as="strong" />
        </p>
      </header>
      <div className={styles.drawing}>
        <PathDiagram paths={paths} chosen={chosen} />
      </div>
      {why.allowed ? (
        <Ways paths={paths} chosen={chosen} onChoose={setChosen} />
      ) : (
        <Missing why={why} paths={paths} chosen={chosen} onChoose={setChosen} />
      )}
      <Fixes why={why} />
    </section>
  );
}

interface Choice {
  paths: readonly Path[];
  chosen: number;
  onChoose: (index: number) => void;
}
function Ways({ paths, chosen, onChoose }: Choice) {
  return (
    <div className={styles.block}>
      <h3>{paths.length === 1 ? "In words" : `${paths.length} ways, each enough by itself`}</h3>
      <ol className={styles.ways}>
        {paths.map((path, i) => (
          <li key={path.id}>
            <Line
              path={path}
              chosen={paths.length > 1 && i === chosen}
              onPress={paths.length > 1 ? () => onChoose(i) : undefined}
            />
          </li>
        ))}
      </ol>
    </div>
  );
}

function Missing({ why, paths, chosen, onChoose }: Choice & { why: Explanation }) {
  if (why.nearMisses.length === 0) return null;
  return (
    <div className={styles.block}>
      <h3>What comes close</h3>
      <ol className={styles.ways}>
        {why.nearMisses.map((miss, i) => (
          <li key={`${miss.acl} ${miss.missing} ${miss.group ?? ""}`}>
            <AriaButton className={styles.way ?? ""} aria-pressed={i === chosen} onPress={() => onChoose(i)}>
              <Icon name={MISSING[miss.missing].icon} size={14} />
              <span>
                <Quoted text={miss.text} as="strong" />
              </span>
              <span className="visually-hidden">{paths[i]?.text}</span>
            </AriaButton>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** A path in words. */
function Line({ path, chosen, onPress }: { path: Path; chosen: boolean; onPress: (() => void) | undefined }) {
  const words = (
    <span className={styles.words}>
      {path.steps.map((step, i) => (
        <span key={step.key}>
          {i > 0 && <span className={styles.joint}>{joint(path.steps, i)}</span>}
          <span className={step.kind === "place" ? undefined : styles.strong}>{step.title}</span>
        </span>
      ))}
    </span>
  );
  if (!onPress) return <p className={styles.line}>{words}</p>;
  return (
    <AriaButton className={styles.way ?? ""} aria-pressed={chosen} onPress={onPress}>
      {words}
    </AriaButton>
  );
}

/** Fixes shown at first, the smallest ones. */
const FIXES = 3;

function Fixes({ why }: { why: Explanation }) {
  const access = useAccess();
  const workspace = useWorkspace();
  const [all, setAll] = useState(false);
  if (why.allowed) return null;
  const shown = all ? why.fixes : why.fixes.slice(0, FIXES);
  const apply = (fix: Explanation["fixes"][number]) => {
    if ("addMember" in fix) {
      const row = access.rows.groups.find((g) => g.id === fix.addMember.group);
      const upsert = row ? [{ ...row, member_users: [...(row.member_users ?? []), fix.addMember.user] }] : [];
      workspace.apply(fixText(access, fix), { groups: { upsert } });
    } else {
      // Manage access is four permissions, and an ACL grants one.
      const permissions =
        fix.grant.permission === "manage_access"
          ? (["create_acls", "read_acls", "update_acls", "delete_acls"] as const)
          : [fix.grant.permission];
      const upsert = permissions.map((permission) => ({
        id: `demo:grant:${access.view.version + 1}:${permission}`,
        _object_org_id: access.rows.organization.id,
        ...fix.grant,
        permission,
      }));
      workspace.apply(fixText(access, fix), { acls: { upsert } });
    }
  };
  return (
    <div className={styles.block}>
      <h3>What would change it</h3>
      {why.fixes.length === 0 ? (
        <p className={styles.none}>
          {why.reason === "deleted" ? "Nothing, while it is deleted." : "Nothing can be offered here."}
        </p>
      ) : (
        <ul className={styles.fixes}>
          {shown.map((fix) => {
            const text = fixText(access, fix);
            return (
              <li key={text}>
                <span className={styles.fix}>
                  <span>{text}</span>
                  <span className={styles.gains}>
                    {fix.gains === 0
                      ? "Nobody else gains anything"
                      : `${plural(fix.gains, "other")} would gain something too`}
                  </span>
                </span>
                <Button small onPress={() => apply(fix)} aria-label={`Try it: ${text}`}>
                  Try it
                </Button>
              </li>
            );
          })}
        </ul>
      )}
      {why.fixes.length > shown.length && (
        <Button small look="quiet" className={styles.more} onPress={() => setAll(true)}>
          Show {why.fixes.length - shown.length} more
        </Button>
      )}
    </div>
  );
}
