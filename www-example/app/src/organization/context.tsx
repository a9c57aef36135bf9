import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { type View, Workspace } from "./workspace.ts";

export const SAMPLE = { name: "Sample organization", sample: true } as const;
const WorkspaceContext = createContext<Workspace | null>(null);

export async function sampleText(): Promise<string> {
  const response = await fetch("/export.json");
  if (!response.ok) throw new Error(`export.json: ${response.status} ${response.statusText}`);
  return response.text();
}

type State = { status: "loading" } | { status: "ready"; workspace: Workspace } | { status: "failed"; error: unknown };

/** Loads the sample once. */
export function WorkspaceProvider({ children, loading, failed }: { children: ReactNode; loading: ReactNode; failed: (error: unknown, retry: () => void) => ReactNode }) {
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<State>({ status: "loading" });
  useEffect(() => {
    let stale = false;
    setState({ status: "loading" });
    sampleText()
      .then((text) => Workspace.open(text, SAMPLE))
      .then(
        (workspace) => !stale && setState({ status: "ready", workspace }),
        (error: unknown) => !stale && setState({ status: "failed", error }),
      );
    return () => {
      stale = true;
    };
  }, [attempt]);
  if (state.status === "loading") return loading;
  if (state.status === "failed") return failed(state.error, () => setAttempt(attempt + 1));
  return <WorkspaceContext value={state.workspace}>{children}</WorkspaceContext>;
}

export function useWorkspace(): Workspace {
  const workspace = useContext(WorkspaceContext);
  if (!workspace) throw new Error("useWorkspace outside WorkspaceProvider");
  return workspace;
}

/** The organisation as it is now; rerenders when it changes. */
export function useView(): View {
  const workspace = useWorkspace();
  return useSyncExternalStore(workspace.subscribe, workspace.view);
}
