import { Button } from "../ui/ui.tsx";
import { FailureText, failureOf } from "./Source.tsx";
import styles from "./States.module.css";

/** The page's outline while the sample arrives: the same places, nothing in them. */
export function Loading() {
  return (
    <div className={styles.loading} role="status">
      <span className="visually-hidden">Loading the organization</span>
      <div className={styles.side} />
      <div className={styles.main}>
        <div className={styles.toolbar} />
        {Array.from({ length: 14 }, (_, i) => (
          <div key={i} className={styles.row} />
        ))}
      </div>
    </div>
  );
}

export function Failed({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <main className={styles.failed}>
      <h1>The organization could not be loaded</h1>
      <FailureText failure={failureOf("export.json", error)} />
      <Button look="primary" onPress={retry}>
        Try again
      </Button>
    </main>
  );
}
