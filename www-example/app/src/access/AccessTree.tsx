import type { Ask } from "aclarity";
import { createContext, useContext, useMemo, useState } from "react";
import {
  Button,
  Cell,
  Collection,
  Column,
  type Key,
  Row,
  type Selection,
  Table,
  TableBody,
  TableHeader,
} from "react-aria-components";
import { ACCESS_PERMISSIONS, askName, DATA_PERMISSIONS } from "../organization/words.ts";
import { Icon } from "../ui/icons.tsx";
import { classes, Hidden } from "../ui/ui.tsx";
import styles from "./AccessTree.module.css";
import { argument, useAccess } from "./access.tsx";
import type { Target } from "./selection.ts";
import type { FolderItem, NodeItem, Tree, TreeItem } from "./tree.ts";

const COLUMNS = [...DATA_PERMISSIONS, "manage_access"] as const satisfies readonly Ask[];
const SHORT: Record<(typeof COLUMNS)[number], string> = {
  read: "Read",
  create: "Create",
  update: "Update",
  delete: "Delete",
  manage_access: "Access",
};
/** Rows of a folder shown at first, and added by each “show more”. */
const PAGE = 50;

interface Props {
  selected: Target | undefined;
  onSelect: (target: Target) => void;
  /** On a narrow page a row opens the object instead of being marked. */
  narrow: boolean;
}
export function AccessTree({ selected, onSelect, narrow }: Props) {
  const { tree, option } = useAccess();
  const [shown, setShown] = useState<ReadonlyMap<string, number>>(new Map());
  const [expanded, setExpanded] = useState<Set<Key>>(
    () => new Set([tree.root.key, ...(tree.root.children[0] ? [tree.root.children[0].key] : [])]),
  );
  const selectedKey = selected && `${selected.type}:${selected.id}`;

  // What is chosen elsewhere (the address, a link) opens the way to itself.
  const [revealed, setRevealed] = useState<string>();
  if (selectedKey && selectedKey !== revealed) {
    setRevealed(selectedKey);
    const path = tree.above.get(selectedKey) ?? [];
    if (path.some((key) => !expanded.has(key))) setExpanded(new Set([...expanded, ...path]));
  }

  const act = (key: Key) => {
    const item = tree.nodes.get(String(key));
    const folder = String(key).startsWith("more:") && String(key).slice(5);
    if (item) {
      if (narrow) onSelect(item.node);
    } else if (folder) {
      setShown(new Map(shown).set(folder, (shown.get(folder) ?? PAGE) + PAGE));
    } else {
      const next = new Set(expanded);
      if (!next.delete(key)) next.add(key);
      setExpanded(next);
    }
  };
  // What is chosen shows, however far down a long folder it stands. A string, so that the rows stay as they are meanwhile.
  const far = useMemo(() => farDown(tree, shown, selectedKey), [tree, shown, selectedKey]);
  const open = useMemo<Open>(() => ({ expanded, shown, far: new Set(far.split("\n")) }), [expanded, shown, far]);
  const items = useMemo(() => [tree.root], [tree]);

  const selection: Selection = new Set(selectedKey && !narrow ? [selectedKey] : []);
  return (
    <OpenContext value={open}>
      <Table
        aria-label={`What ${option.name} may do`}
        className={styles.table ?? ""}
        treeColumn="name"
        selectionMode={narrow ? "none" : "single"}
        selectionBehavior="replace"
        disallowEmptySelection
        selectedKeys={selection}
        onSelectionChange={(keys) => {
          const item = keys === "all" ? undefined : tree.nodes.get(String([...keys][0]));
          if (item) onSelect(item.node);
        }}
        onRowAction={act}
        expandedKeys={expanded}
        onExpandedChange={(keys) => setExpanded(new Set(keys))}
      >
        <TableHeader className={styles.header ?? ""}>
          <Column id="name" isRowHeader className={styles.nameColumn ?? ""}>
            Object
          </Column>
          {COLUMNS.map((ask) => (
            <Column key={ask} id={ask} className={styles.column ?? ""} textValue={askName(ask)}>
              <span className={styles.long}>{SHORT[ask]}</span>
              <abbr className={styles.abbreviation} title={askName(ask)}>
                {SHORT[ask][0]}
              </abbr>
            </Column>
          ))}
        </TableHeader>
        <TableBody items={items}>{treeRow}</TableBody>
      </Table>
    </OpenContext>
  );
}

/** Those on the way to what is chosen that stand beyond the rows their folder shows. */
function farDown(tree: Tree, shown: Open["shown"], selectedKey: string | undefined): string {
  if (!selectedKey) return "";
  const way = [...(tree.above.get(selectedKey) ?? []), selectedKey];
  return way
    .filter((key) => (tree.position.get(key) ?? 0) >= (shown.get(tree.parent.get(key) ?? "") ?? PAGE))
    .join("\n");
}

/** Rows hold no state of the tree themselves: React Aria keeps them, and makes again only what reads this. */
interface Open {
  expanded: ReadonlySet<Key>;
  shown: ReadonlyMap<string, number>;
  far: ReadonlySet<string>;
}
const OpenContext = createContext<Open>({ expanded: new Set(), shown: new Map(), far: new Set() });

const NONE: readonly TreeItem[] = [];
function Children({ of }: { of: TreeItem }) {
  const { expanded, shown, far } = useContext(OpenContext);
  const limit = shown.get(of.key) ?? PAGE;
  const open = expanded.has(of.key);
  const items = useMemo(() => {
    if (!open) return NONE;
    if (of.children.length <= limit) return of.children;
    const chosen = of.children.slice(limit).filter((child) => far.has(child.key));
    const rest = of.children.length - limit - chosen.length;
    const name = `Show ${Math.min(rest, PAGE)} of ${rest} more`;
    const more: TreeItem = { kind: "more", key: `more:${of.key}`, name, folder: of.key, children: NONE };
    return [...of.children.slice(0, limit), ...chosen, ...(rest > 0 ? [more] : NONE)];
  }, [of, open, limit, far]);
  return <Collection items={items}>{treeRow}</Collection>;
}

const treeRow = (item: TreeItem) => (
  <Row
    id={item.key}
    textValue={item.name}
    className={classes(styles.row, styles[item.kind])}
    hasChildItems={item.children.length > 0}
    isDisabled={item.kind !== "node"}
    disabledBehavior="selection"
  >
    <Cell className={styles.name ?? ""}>
      {({ hasChildItems, isExpanded }: { hasChildItems?: boolean; isExpanded?: boolean }) => (
        <span className={styles.inner}>
          {hasChildItems ? (
            <Button slot="chevron" className={styles.chevron ?? ""}>
              <Icon name="right" size={14} className={isExpanded ? styles.open : undefined} />
            </Button>
          ) : (
            <span className={styles.chevron} />
          )}
          {item.kind !== "more" && <Icon name={item.icon} size={15} className={styles.icon} />}
          <span className={styles.label}>{item.name}</span>
          {item.kind === "node" && item.row?.deleted_at && <span className={styles.note}>deleted</span>}
          {item.kind === "node" && item.row?.public && <span className={styles.note}>public</span>}
          {item.kind === "folder" && <span className={styles.count}>{item.children.length}</span>}
        </span>
      )}
    </Cell>
    {COLUMNS.map((ask) => (
      <Cell key={ask} className={styles.cell ?? ""}>
        {item.kind === "node" && <NodeAnswer item={item} ask={ask} />}
        {item.kind === "folder" && <FolderAnswer item={item} ask={ask} />}
      </Cell>
    ))}
    <Children of={item} />
  </Row>
);

function NodeAnswer({ item, ask }: { item: NodeItem; ask: Ask }) {
  const { me } = useAccess();
  const yes = me.can(ask, item.node.type, argument(item));
  const some =
    !yes && ask === "manage_access" && ACCESS_PERMISSIONS.some((p) => me.can(p, item.node.type, argument(item)));
  return (
    <span className={styles.answer} data-answer={yes ? "yes" : some ? "some" : "no"}>
      <Hidden>{yes ? "yes" : some ? "partly" : "no"}</Hidden>
      {yes && <Icon name="check" size={13} />}
    </span>
  );
}

/** For a folder: how many of its objects, and in the column of creating whether one may be made. */
function FolderAnswer({ item, ask }: { item: FolderItem; ask: Ask }) {
  const { me } = useAccess();
  if (ask === "create") {
    const yes = me.canCreate(item.type, item.project);
    return (
      <span className={styles.answer} data-answer={yes ? "yes" : "no"}>
        <Hidden>{yes ? "yes" : "no"}</Hidden>
        {yes && <Icon name="plus" size={13} />}
      </span>
    );
  }
  const of = item.children.length;
  const may = me
    .canMany(
      ask,
      item.type,
      item.children.map((child) => (child.kind === "node" ? argument(child) : child.key)),
    )
    .reduce((sum, one) => sum + one, 0);
  return (
    <span className={styles.share} data-share={may === 0 ? "none" : may === of ? "all" : "some"}>
      {may > 0 && may}
      <Hidden>{may > 0 ? ` of ${of}` : `none of ${of}`}</Hidden>
    </span>
  );
}
