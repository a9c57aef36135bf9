// What the parts of the page share: whose access is changed, and the changes.
import type { Finding, Org, Principal } from "aclarity";
import { createContext, useContext } from "react";
import type { Editing, EditSession } from "../organization/session.ts";

export interface Edit {
  session: EditSession;
  editing: Editing;
  /** The organisation with the changes. */
  now: Org;
  principal: Principal;
  /** By the mark of the change that they are about. */
  findings: ReadonlyMap<string, readonly Finding[]>;
}
const EditContext = createContext<Edit | null>(null);
export const EditProvider = EditContext.Provider;
export function useEdit(): Edit {
  const edit = useContext(EditContext);
  if (!edit) throw new Error("useEdit outside EditProvider");
  return edit;
}
