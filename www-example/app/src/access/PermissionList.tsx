import { Button } from "react-aria-components";
import { ACCESS_PERMISSIONS, DATA_PERMISSIONS, PERMISSION_NAMES, typeName } from "../organization/words.ts";
import { Icon } from "../ui/icons.tsx";
import { Hidden } from "../ui/ui.tsx";
import { answer, useAccess } from "./access.tsx";
import { CREATES } from "./actions.ts";
import styles from "./PermissionList.module.css";
import { type Question, questionParam } from "./selection.ts";
import type { NodeItem } from "./tree.ts";

/** Every question about one object, answered; each can be asked why. */
export function PermissionList({
  item,
  question,
  onAsk,
}: {
  item: NodeItem;
  question: Question;
  onAsk: (question: Question) => void;
}) {
  const creates = CREATES[item.node.type] ?? [];
  const row = (q: Question, label: string, rest = "") => (
    <PermissionRow
      key={questionParam(q)}
      item={item}
      question={q}
      label={label}
      rest={rest}
      chosen={questionParam(q) === questionParam(question)}
      onAsk={onAsk}
    />
  );
  return (
    <div className={styles.root}>
      <section aria-label="Use">
        <h3>Use</h3>
        <ul>{DATA_PERMISSIONS.map((p) => row({ ask: p }, PERMISSION_NAMES[p]))}</ul>
      </section>
      <section aria-label="Manage access">
        <h3>Manage access</h3>
        <ul>{ACCESS_PERMISSIONS.map((p) => row({ ask: p }, PERMISSION_NAMES[p].replace(" access", ""), " access"))}</ul>
      </section>
      {creates.length > 0 && (
        <section aria-label="Create inside" className={styles.wide}>
          <h3>Create inside</h3>
          <ul className={styles.pairs}>
            {creates.map((type) => row({ create: type }, `New ${typeName(type).toLowerCase()}`))}
          </ul>
        </section>
      )}
    </div>
  );
}

function PermissionRow({
  item,
  question,
  label,
  rest,
  chosen,
  onAsk,
}: {
  item: NodeItem;
  question: Question;
  label: string;
  rest: string;
  chosen: boolean;
  onAsk: (question: Question) => void;
}) {
  const { me } = useAccess();
  const yes = answer(me, item, question);
  return (
    <li className={styles.row} data-chosen={chosen}>
      <span className={styles.mark} data-answer={yes}>
        <Icon name={yes ? "check" : "no"} size={12} />
      </span>
      <span className={styles.label}>
        {label}
        <Hidden>
          {rest}: {yes ? "allowed" : "not allowed"}
        </Hidden>
      </span>
      <Button className={styles.why ?? ""} aria-pressed={chosen} onPress={() => onAsk(question)}>
        {yes ? "Why?" : "Why not?"}
        <Hidden>
          {" "}
          {label}
          {rest}
        </Hidden>
      </Button>
    </li>
  );
}
