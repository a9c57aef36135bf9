import { useState } from "react";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { Icon } from "../ui/icons.tsx";
import styles from "./ThemeSwitch.module.css";

const THEMES = [
  { id: "light", icon: "sun", name: "Light" },
  { id: "dark", icon: "moon", name: "Dark" },
  { id: "system", icon: "system", name: "As the system" },
] as const;

/** public/theme.js applies the stored choice before the first paint. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(() => document.documentElement.dataset.theme ?? "system");
  const choose = (id: string) => {
    setTheme(id);
    try {
      if (id === "system") {
        delete document.documentElement.dataset.theme;
        localStorage.removeItem("theme");
      } else {
        document.documentElement.dataset.theme = id;
        localStorage.setItem("theme", id);
      }
    } catch {
      // Storage may be closed to this page; the choice then lasts until it is left.
    }
  };
  return (
    <ToggleButtonGroup
      aria-label="Theme"
      className={styles.root ?? ""}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[theme]}
      onSelectionChange={(keys) => choose(String([...keys][0]))}
    >
      {THEMES.map(({ id, icon, name }) => (
        <ToggleButton key={id} id={id} aria-label={name} className={styles.button ?? ""}>
          <Icon name={icon} size={15} />
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
