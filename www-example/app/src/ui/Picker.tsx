import { type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import {
  Button,
  Collection,
  ComboBox,
  ComboBoxStateContext,
  Header,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  ListBoxSection,
  Popover,
} from "react-aria-components";
import { Icon } from "./icons.tsx";
import styles from "./Picker.module.css";
import { classes } from "./ui.tsx";

export interface PickerOption {
  key: string;
  kind: string;
  name: string;
  detail: string;
}
/** More than anybody reads through; a longer section says to keep typing. */
const SHOWN = 80;

/** Everybody shares a mail domain, so it only counts for a word that has an @ itself. */
const matches = (text: string, word: string): boolean =>
  (word.includes("@") ? text : text.replace(/@\S*/, "")).includes(word);
/** Names that begin so come first. */
const starts = (option: PickerOption, words: string[]): number =>
  Number(
    plain(option.name)
      .split(/\s+/)
      .some((part) => words[0] !== undefined && part.startsWith(words[0])),
  );
const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** While the list is open the field is empty, with the name as its placeholder; otherwise the name is there to be typed over. */
function Search({ name, closed }: { name: string; closed: boolean }) {
  const state = useContext(ComboBoxStateContext);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (closed && document.activeElement === input.current) input.current?.select();
  });
  return (
    <Input
      ref={input}
      className={styles.input ?? ""}
      placeholder={name}
      onClick={() => closed && state?.open(null, "manual")}
    />
  );
}

/** One of many, found by typing. Without a value it is for adding: what is chosen goes, and the field is empty again. */
export function Picker<Option extends PickerOption>({
  label,
  value: shown,
  options,
  sections: titles,
  placeholder = "",
  mark,
  onChoose,
  className,
}: {
  label: string;
  value?: Option | undefined;
  options: readonly Option[];
  /** The kinds of options, in order; what is of none of them is not offered. */
  sections: readonly { kind: string; title: string }[];
  placeholder?: string;
  mark: (option: Option) => ReactNode;
  onChoose: (option: Option) => void;
  className?: string | undefined;
}) {
  // The address follows a moment later; the field does not wait for it.
  const [pending, setPending] = useState<Option>();
  if (pending && pending.key === shown?.key) setPending(undefined);
  const option = shown && (pending ?? shown);
  const [typed, setTyped] = useState<string>(); // undefined: closed, the name of the chosen one shows
  const field = useRef<HTMLDivElement>(null);
  const searchable = useMemo(
    () =>
      options.map((o) => ({
        option: o,
        text: plain(`${o.name} ${o.detail}`),
        id: o.key.slice(o.key.indexOf(":") + 1),
      })),
    [options],
  );
  const sections = useMemo(() => {
    const words = plain(typed ?? "")
      .split(/\s+/)
      .filter(Boolean);
    const found = searchable
      .filter(({ text, id }) => id === typed || words.every((word) => matches(text, word)))
      .map(({ option: o }) => o);
    return titles
      .map((section) => {
        const all = found
          .filter((o) => o.kind === section.kind)
          .toSorted((a, b) => starts(b, words) - starts(a, words));
        return { ...section, options: all.slice(0, SHOWN), more: Math.max(0, all.length - SHOWN) };
      })
      .filter((section) => section.options.length > 0);
  }, [searchable, titles, typed]);

  return (
    <ComboBox
      className={classes(styles.root, className)}
      menuTrigger="focus"
      allowsEmptyCollection
      items={sections}
      value={option?.key ?? null}
      inputValue={typed ?? option?.name ?? ""}
      // React Aria also reports the text that it puts there itself: the name of the chosen one.
      onInputChange={(text) => setTyped(text === option?.name ? undefined : text)}
      onChange={(key) => {
        const chosen = options.find((o) => o.key === key);
        if (chosen && chosen.key !== option?.key) {
          if (option) setPending(chosen);
          onChoose(chosen);
        }
        setTyped(undefined);
      }}
      onOpenChange={(open) => setTyped((text) => (open ? (text ?? "") : undefined))}
    >
      <Label className={styles.label ?? ""}>{label}</Label>
      <div className={styles.field} ref={field}>
        {option ? mark(option) : <Icon name="plus" size={14} className={styles.plus} />}
        <Search name={option?.name ?? placeholder} closed={typed === undefined} />
        {option && <span className={styles.detail}>{option.detail}</span>}
        <Button className={styles.open ?? ""}>
          <Icon name="down" size={14} />
        </Button>
      </div>
      <Popover className={styles.popover ?? ""} triggerRef={field} placement="bottom start" offset={6}>
        <ListBox
          className={styles.list ?? ""}
          renderEmptyState={() => <p className={styles.none}>Nothing matches “{typed}”.</p>}
        >
          {(section: (typeof sections)[number]) => (
            <ListBoxSection id={`section ${section.kind}`} className={styles.section ?? ""}>
              <Header className={styles.heading ?? ""}>
                {section.title}
                {section.more > 0 && <span> · {section.more} more, keep typing</span>}
              </Header>
              <Collection items={section.options}>
                {(o: Option) => (
                  <ListBoxItem id={o.key} textValue={o.name} className={styles.item ?? ""}>
                    {mark(o)}
                    <span className={styles.name}>{o.name}</span>
                    <span className={styles.itemDetail}>{o.detail}</span>
                    <Icon name="check" size={14} className={styles.tick} />
                  </ListBoxItem>
                )}
              </Collection>
            </ListBoxSection>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
