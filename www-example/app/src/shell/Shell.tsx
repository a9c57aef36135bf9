import { NavLink, Outlet, useLocation } from "react-router";
import { useEditing, useView } from "../organization/context.tsx";
import { plural } from "../organization/words.ts";
import { Icon } from "../ui/icons.tsx";
import { ChangeBar } from "./ChangeBar.tsx";
import styles from "./Shell.module.css";
import { DropTarget, FailureDialog, SourceMenu, useLoader } from "./Source.tsx";
import { ThemeSwitch } from "./ThemeSwitch.tsx";

/** Pages of the app, in the order of the menu. A page to come is one more line here and one in main.tsx. */
const PAGES = [
  { to: "/", name: "Access", icon: "access" },
  { to: "/edit", name: "Change access", icon: "edit" },
  { to: "/audit", name: "Audit", icon: "audit" },
  { to: "/findings", name: "Findings", icon: "findings" },
] as const;

export function Shell() {
  const view = useView();
  const loader = useLoader();
  const { search } = useLocation();
  const pending = useEditing()?.draft.changes.length ?? 0;
  const { stats, findings } = view.org;
  const errors = findings.filter((f) => f.severity === "error").length;
  return (
    <div className={styles.shell}>
      <a href="#main" className={styles.skip}>
        Skip to the page
      </a>
      <aside className={styles.side}>
        <div className={styles.brand}>
          <img src="/favicon.svg" width={24} height={24} alt="" />
          <span className={styles.org}>
            <span className={styles.orgName}>{view.rows.organization.name}</span>
            <span className={styles.stats}>
              {plural(stats.users, "person", "people")} · {plural(stats.acls, "grant")}
            </span>
          </span>
        </div>
        <nav aria-label="Pages" className={styles.nav}>
          {PAGES.map((page) => (
            <NavLink key={page.to} to={{ pathname: page.to, search }} end className={styles.link ?? ""}>
              <Icon name={page.icon} />
              <span className={styles.linkName}>{page.name}</span>
              {page.to === "/edit" && pending > 0 && (
                <span className={styles.count} title={`${plural(pending, "change")} not applied`}>
                  {pending}
                </span>
              )}
              {page.to === "/findings" && findings.length > 0 && (
                <span className={styles.count} data-errors={errors > 0}>
                  {findings.length}
                </span>
              )}
            </NavLink>
          ))}
        </nav>
        <div className={styles.foot}>
          <SourceMenu loader={loader} />
          <ThemeSwitch />
        </div>
      </aside>
      <main id="main" className={styles.main} tabIndex={-1}>
        <Outlet />
      </main>
      <ChangeBar />
      <DropTarget onFile={loader.open} />
      <FailureDialog failure={loader.failure} onClose={loader.dismiss} />
    </div>
  );
}
