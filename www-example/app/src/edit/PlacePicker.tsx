import type { Node } from "aclarity";
import { useMemo } from "react";
import { kindOf, nameOfNode, useAccess } from "../access/access.tsx";
import type { NodeItem } from "../access/tree.ts";
import { typeNames } from "../organization/words.ts";
import { Icon } from "../ui/icons.tsx";
import { Picker, type PickerOption } from "../ui/Picker.tsx";
import styles from "./EditPage.module.css";
import { hasBoxes } from "./sheet.ts";

interface PlaceOption extends PickerOption {
  item: NodeItem;
}
const KINDS = ["project", "project_group", "dataset", "experiment", "prompt", "prompt_session", "project_log", "group"];
const SECTIONS = KINDS.map((kind) => ({ kind, title: typeNames(kind) }));
const mark = ({ item }: PlaceOption) => <Icon name={item.icon} size={16} className={styles.placeIcon} />;

/** More places than those that carry a grant already. */
export function PlacePicker({ shown, onAdd }: { shown: readonly string[]; onAdd: (node: Node) => void }) {
  const access = useAccess();
  const all = useMemo(
    () =>
      [...access.tree.nodes.values()]
        .filter(({ node }) => hasBoxes(node.type))
        .map((item): PlaceOption => {
          const project = item.node.type === "project_log" ? undefined : item.row?.project_id;
          const of = project && nameOfNode(access, { type: "project", id: project });
          const name =
            item.node.type === "project_log" ? nameOfNode(access, { type: "project", id: item.node.id }) : "";
          return {
            key: item.key,
            kind: item.node.type,
            name: name ? `Logs of ${name}` : item.name,
            detail: [kindOf(item), of, item.row?.deleted_at && "deleted"].filter(Boolean).join(" · "),
            item,
          };
        }),
    [access],
  );
  const options = useMemo(() => all.filter(({ key }) => !shown.includes(key)), [all, shown]);
  return (
    <section className={styles.section} aria-label="Somewhere else">
      <Picker
        label="Somewhere else"
        className={styles.adder}
        options={options}
        sections={SECTIONS}
        placeholder="Add a project, an object, a group…"
        mark={mark}
        onChoose={({ item }) => onAdd(item.node)}
      />
    </section>
  );
}
