import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import type { Editing } from "./session.ts";
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
export function WorkspaceProvider({
  children,
  loading,
  failed,
}: {
  children: ReactNode;
  loading: ReactNode;
  failed: (error: unknown, retry: () => void) => ReactNode;
}) {
  const [state, setState] = useState<State>({ status: "loading" });
  const latest = useRef(0);
  const load = useCallback(() => {
    latest.current += 1;
    const mine = latest.current;
    const show = (next: State) => latest.current === mine && setState(next);
    show({ status: "loading" });
    sampleText()
      .then((text) => Workspace.open(text, SAMPLE))
      .then(
        (workspace) => show({ status: "ready", workspace }),
        (error: unknown) => show({ status: "failed", error }),
      );
  }, []);
  useEffect(load, [load]);
  if (state.status === "loading") return loading;
  if (state.status === "failed") return failed(state.error, load);
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

/** The changes that somebody is making, as they are now; none until somebody acts. */
export function useEditing(): Editing | undefined {
  const { session } = useWorkspace();
  return useSyncExternalStore(session.subscribe, session.editing);
}
