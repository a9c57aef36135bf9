import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { Icon } from "../ui/icons.tsx";
import { Badge, Button, Empty } from "../ui/ui.tsx";
import { ActionBar } from "./ActionBar.tsx";
import { kindOf, nameOfNode, useAccess } from "./access.tsx";
import { CREATES } from "./actions.ts";
import styles from "./Inspector.module.css";
import { PermissionList } from "./PermissionList.tsx";
import { type Question, questionParam, type Tab as TabName } from "./selection.ts";
import { crumbs, type NodeItem } from "./tree.ts";
import { WhoHasAccess } from "./WhoHasAccess.tsx";
import { Why } from "./Why.tsx";

/** One object: what may be done with it, why, and who else may. */
export function Inspector({
  item,
  why,
  tab,
  onBack,
  entered = false,
}: {
  item: NodeItem | undefined;
  why: Question | undefined;
  tab: TabName;
  onBack?: (() => void) | undefined;
  /** Whether somebody just came here from the list, so that focus has to follow. */
  entered?: boolean;
}) {
  const access = useAccess();
  if (!item)
    return (
      <Empty icon="off" title="Not in this export">
        The address names an object that this export does not hold. Choose another one in the tree.
      </Empty>
    );
  const question = valid(item, why) ?? { ask: "read" };
  return (
    <>
      <header className={styles.header}>
        {onBack && (
          <Button small look="quiet" icon="left" className={styles.back} onPress={onBack} autoFocus={entered}>
            All objects
          </Button>
        )}
        <Trail item={item} />
        <div className={styles.title}>
          <Icon name={item.icon} size={20} />
          <h2>{item.name}</h2>
          {kindOf(item) !== item.name && <Badge>{kindOf(item)}</Badge>}
          {item.row?.public && (
            <Badge tone="accent" icon="public">
              Public
            </Badge>
          )}
          {item.row?.deleted_at && <Badge tone="bad">Deleted</Badge>}
        </div>
        {item.row?.description && <p className={styles.description}>{item.row.description}</p>}
        <ActionBar item={item} />
      </header>
      <Tabs
        className={styles.tabs ?? ""}
        selectedKey={tab}
        onSelectionChange={(key) => access.select({ tab: key as TabName })}
      >
        <TabList className={styles.tabList ?? ""} aria-label={`About ${item.name}`}>
          <Tab id="permissions" className={styles.tab ?? ""}>
            Permissions
          </Tab>
          <Tab id="who" className={styles.tab ?? ""}>
            Who has access
          </Tab>
        </TabList>
        <TabPanel id="permissions" className={styles.panel ?? ""}>
          <PermissionList item={item} question={question} onAsk={(q) => access.select({ why: q })} />
          <Why key={`${item.key} ${access.option.key} ${questionParam(question)}`} item={item} question={question} />
        </TabPanel>
        <TabPanel id="who" className={styles.panel ?? ""}>
          <WhoHasAccess item={item} />
        </TabPanel>
      </Tabs>
    </>
  );
}

/** A question of the address that this kind of object does not have is left aside. */
const valid = (item: NodeItem, why: Question | undefined): Question | undefined =>
  why && "create" in why && !CREATES[item.node.type]?.includes(why.create) ? undefined : why;

function Trail({ item }: { item: NodeItem }) {
  const access = useAccess();
  const above = crumbs(access.rows, access.tree.nodes, item.node);
  if (above.length === 0) return <p className={styles.trail}>The whole organization</p>;
  return (
    <nav aria-label="Where it is">
      <ol className={styles.trail}>
        {above.map((node) => (
          <li key={`${node.type}:${node.id}`}>
            <button type="button" onClick={() => access.select({ on: { type: node.type as never, id: node.id } })}>
              {nameOfNode(access, node)}
            </button>
            <Icon name="right" size={12} />
          </li>
        ))}
      </ol>
    </nav>
  );
}
