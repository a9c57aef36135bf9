import { useState } from "react";
import { Button as AriaButton, Disclosure, DisclosurePanel, Group } from "react-aria-components";
import { Icon } from "../ui/icons.tsx";
import { Button, Switch } from "../ui/ui.tsx";
import styles from "./ActionBar.module.css";
import { answer, code, useAccess } from "./access.tsx";
import { type Action, actionsFor } from "./actions.ts";
import { questionParam } from "./selection.ts";
import type { NodeItem } from "./tree.ts";

/** The buttons that a page about this object would have, each decided by one call of the package. */
export function ActionBar({ item }: { item: NodeItem }) {
  const { me, select } = useAccess();
  const [hide, setHide] = useState(false);
  const [pressed, setPressed] = useState<{ key: string; label: string }>();
  const actions = actionsFor(item).map((action) => ({ ...action, allowed: answer(me, item, action.question) }));
  const shown = hide ? actions.filter((action) => action.allowed) : actions;

  const press = (action: Action) => {
    if (action.access) select({ tab: "who" });
    setPressed({ key: item.key, label: action.access ? "" : action.label });
  };
  return (
    <div className={styles.root}>
      <Group className={styles.buttons ?? ""} aria-label={`What to do with ${item.name}`}>
        {shown.map((action) => (
          <Button
            key={action.label}
            icon={action.icon}
            isDisabled={!action.allowed}
            look={action.danger ? "danger" : action === actions[0] && action.allowed ? "primary" : undefined}
            onPress={() => press(action)}
          >
            {action.label}
          </Button>
        ))}
        {shown.length === 0 && <p className={styles.none}>Nothing is allowed here, so every button is hidden.</p>}
      </Group>
      <Disclosure className={styles.calls ?? ""}>
        <div className={styles.line}>
          <AriaButton slot="trigger" className={styles.trigger ?? ""}>
            <Icon name="right" size={12} />
            Calls behind the buttons
          </AriaButton>
          <span role="status" className={styles.status}>
            {pressed?.key === item.key && pressed.label && `“${pressed.label}” is yours to build; the answer is yes.`}
          </span>
          <Switch isSelected={hide} onChange={setHide} className={styles.hide}>
            Hide instead of disable
          </Switch>
        </div>
        <DisclosurePanel className={styles.panel ?? ""}>
          <ul className={styles.list}>
            {actions.map((action) => (
              <li key={`${action.label} ${questionParam(action.question)}`}>
                <span>{action.label}</span>
                <code>{code(item, action.question)}</code>
                <code data-answer={action.allowed}>{String(action.allowed)}</code>
              </li>
            ))}
          </ul>
        </DisclosurePanel>
      </Disclosure>
    </div>
  );
}
