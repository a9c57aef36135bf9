import { useRouteError } from "react-router";
import { Button } from "../ui/ui.tsx";
import { FailureText, failureOf } from "./Source.tsx";
import styles from "./States.module.css";

const LINES = Array.from({ length: 14 }, (_, i) => `line ${i}`);

/** The page's outline while the sample arrives: the same places, nothing in them. */
export function Loading() {
  return (
    <div className={styles.loading} role="status">
      <span className="visually-hidden">Loading the organization</span>
      <div className={styles.side} />
      <div className={styles.main}>
        <div className={styles.toolbar} />
        {LINES.map((line) => (
          <div key={line} className={styles.row} />
        ))}
      </div>
    </div>
  );
}

/** What a page shows that broke while it was drawn. */
export function Broken() {
  return <Failed title="This page broke" error={useRouteError()} retry={() => location.reload()} />;
}

export function Failed({
  title = "The organization could not be loaded",
  error,
  retry,
}: {
  title?: string;
  error: unknown;
  retry: () => void;
}) {
  return (
    <main className={styles.failed}>
      <h1>{title}</h1>
      <FailureText failure={failureOf("export.json", error)} />
      <Button look="primary" onPress={retry}>
        Try again
      </Button>
    </main>
  );
}
