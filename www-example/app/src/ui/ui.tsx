import type { ReactNode } from "react";
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
  Switch as AriaSwitch,
  Tooltip as AriaTooltip,
  type SwitchProps,
  TooltipTrigger,
} from "react-aria-components";
import type { SubjectKind } from "../access/access.tsx";
import { Icon } from "./icons.tsx";
import styles from "./ui.module.css";

export const classes = (...names: (string | false | undefined)[]): string => names.filter(Boolean).join(" ");

export interface ButtonProps extends Omit<AriaButtonProps, "className" | "children"> {
  look?: "primary" | "danger" | "quiet" | undefined;
  small?: boolean;
  icon?: string;
  children?: ReactNode;
  className?: string | undefined;
}
export function Button({ look, small, icon, children, className, ...props }: ButtonProps) {
  return (
    <AriaButton
      {...props}
      className={classes(
        styles.button,
        look && styles[look],
        small && styles.small,
        !children && styles.square,
        className,
      )}
    >
      {icon && <Icon name={icon} size={small ? 14 : 16} />}
      {children}
    </AriaButton>
  );
}

export function Badge({
  tone,
  icon,
  children,
  title,
}: {
  tone?: "accent" | "yes" | "warn" | "bad" | undefined;
  icon?: string;
  children: ReactNode;
  title?: string;
}) {
  return (
    <span className={classes(styles.badge, tone && styles[tone])} title={title}>
      {icon && <Icon name={icon} size={12} />}
      {children}
    </span>
  );
}

/** Hover and focus text for something that can have focus. */
export function Hint({
  text,
  children,
}: {
  text: ReactNode;
  children: React.ComponentProps<typeof TooltipTrigger>["children"];
}) {
  return (
    <TooltipTrigger delay={400} closeDelay={50}>
      {children}
      <AriaTooltip offset={6} className={styles.tooltip ?? ""}>
        {text}
      </AriaTooltip>
    </TooltipTrigger>
  );
}

export function Switch({
  children,
  className,
  ...props
}: Omit<SwitchProps, "className" | "children"> & { children: ReactNode; className?: string | undefined }) {
  return (
    <AriaSwitch {...props} className={classes(styles.switch, className)}>
      <span className={styles.track} />
      {children}
    </AriaSwitch>
  );
}

const initials = (name: string): string => {
  const words = name.split(/\s+/).filter(Boolean);
  return ((words[0]?.[0] ?? "") + (words.length > 1 ? (words.at(-1)?.[0] ?? "") : "")).toUpperCase();
};
const hue = (name: string): number => [...name].reduce((sum, c) => (sum * 31 + (c.codePointAt(0) ?? 0)) % 997, 7) % 5;

export function Avatar({ name, kind }: { name: string; kind: SubjectKind }) {
  return (
    <span
      className={styles.avatar}
      data-kind={kind}
      data-hue={kind === "person" ? hue(name) : undefined}
      aria-hidden="true"
    >
      {kind === "person" ? initials(name) : <Icon name={kind} size={14} />}
    </span>
  );
}

export function Empty({ icon, title, children }: { icon: string; title: string; children?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <Icon name={icon} size={22} />
      <strong>{title}</strong>
      {children && <span>{children}</span>}
    </div>
  );
}

/** Messages set what they quote in backticks. */
export function Quoted({ text, as: Mark = "code" }: { text: string; as?: "code" | "strong" }) {
  const sentence = text.replace(/^[a-z](?=[a-z]*\s)/, (letter) => letter.toUpperCase());
  // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence do not change places
  return sentence.split("`").map((part, i) => (i % 2 === 1 ? <Mark key={`${i} ${part}`}>{part}</Mark> : part));
}

export const Hidden = ({ children }: { children: ReactNode }) => <span className="visually-hidden">{children}</span>;
