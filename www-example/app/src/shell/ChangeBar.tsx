import { useView, useWorkspace } from "../organization/context.tsx";
import { plural } from "../organization/words.ts";
import { Button } from "../ui/ui.tsx";
import styles from "./ChangeBar.module.css";

/** What was changed on the page since the export was loaded, and the way back. */
export function ChangeBar() {
  const workspace = useWorkspace();
  const { changes } = useView();
  const last = changes.at(-1);
  return (
    <div className={styles.place} role="status">
      {last && (
        <div className={styles.bar}>
          <p className={styles.text}>
            <strong>{last.text}</strong>
            <span>{plural(changes.length, "change")} on this page, nothing was sent</span>
          </p>
          <Button small icon="undo" onPress={() => workspace.undo()}>
            Undo
          </Button>
          {changes.length > 1 && (
            <Button small look="quiet" onPress={() => workspace.undoAll()}>
              Undo all
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
