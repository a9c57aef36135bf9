import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Button, Checkbox } from "react-aria-components";
import { Link } from "react-router";
import { useAccess } from "../access/access.tsx";
import { type SubjectKey, subjectParam, targetParam } from "../access/selection.ts";
import { askName, plural } from "../organization/words.ts";
import { Icon } from "../ui/icons.tsx";
import { Button as AppButton, classes, Hidden } from "../ui/ui.tsx";
import { useEdit } from "./context.ts";
import pageStyles from "./EditPage.module.css";
import { FindingMark } from "./FindingMark.tsx";
import styles from "./Matrix.module.css";
import { type Cell, COLUMNS, type Line, type Place, type Section, type Source, type State } from "./sheet.ts";

const STATES: Record<State, string> = { on: "on", off: "off", partly: "partly on", inherited: "inherited" };

/** A box: its state is its shape, and is said in its name. */
function Box({ cell, text, tabbable = true }: { cell: Cell; text?: boolean; tabbable?: boolean }) {
  const { session, principal, editing, findings } = useEdit();
  const { state, wider, before } = cell;
  const changed = editing.marks.includes(cell.key);
  const set = (next: "on" | "off") =>
    session.toggle(cell.key, (draft) =>
      draft.setMatrix(principal, [{ on: cell.on, restrict: cell.restrict, box: cell.box, state: next }]),
    );
  const toggle = () => {
    set(state === "on" ? "off" : "on");
    // What was partly on goes on, then off, then back; a second change of the other boxes is the first taken back.
    if (changed && before === "partly" && state === "on") set("off");
  };
  const said = `${STATES[state]}${wider ? " by a wider grant" : ""}`;
  const from = cell.sources.map((source) => source.text).join("; ");
  const name = `${cell.label} on ${cell.where}: ${said}${from ? ` from ${from}` : ""}${changed ? `, was ${STATES[before]}` : ""}`;
  return (
    <span className={styles.cell} data-changed={changed || undefined} title={text ? undefined : name}>
      <Checkbox
        className={classes(styles.checkbox, text && styles.withText)}
        aria-label={name}
        isSelected={state === "on"}
        isIndeterminate={state === "partly"}
        excludeFromTabOrder={!tabbable}
        onChange={toggle}
      >
        <Glyph state={state} wider={wider} />
        {text && (
          <span className={styles.text}>
            <span>{cell.label}</span>
            {state === "inherited" && <SourceLine sources={cell.sources} />}
          </span>
        )}
      </Checkbox>
      <span className={styles.mark}>
        <FindingMark findings={findings.get(cell.key)} />
      </span>
    </span>
  );
}

function Glyph({ state, wider = false }: { state: State; wider?: boolean }) {
  return (
    <span className={styles.glyph} data-state={state} data-wider={wider || undefined} aria-hidden="true">
      {state === "on" && <Icon name="check" size={13} />}
      {state === "partly" && <Icon name="no" size={13} />}
      {state === "inherited" && <Icon name="inherited" size={12} />}
    </span>
  );
}

/** What the shapes mean. */
export function Legend() {
  return (
    <p className={styles.legend} aria-hidden="true">
      <span>
        <Glyph state="on" /> On
      </span>
      <span>
        <Glyph state="on" wider /> Wider grant
      </span>
      <span>
        <Glyph state="partly" /> Partly
      </span>
      <span>
        <Glyph state="inherited" /> Inherited
      </span>
      <span>
        <Glyph state="off" /> Off
      </span>
    </p>
  );
}

/** From where something is inherited; the first leads to why. */
function SourceLine({ sources, on }: { sources: readonly Source[]; on?: Line["on"] }) {
  const { option } = useAccess();
  const first = sources[0];
  if (!first) return null;
  const rest = sources.length > 1 ? ` and ${plural(sources.length - 1, "more grant", "more")}` : "";
  const text = (
    <>
      <Icon name="inherited" size={11} />
      <span>
        {first.text}
        {rest}
      </span>
    </>
  );
  const title = sources.map((source) => source.text).join("\n");
  if (!on)
    return (
      <span className={styles.source} title={title}>
        {text}
      </span>
    );
  const query = new URLSearchParams({
    as: subjectParam(option.subject as SubjectKey),
    on: targetParam(on),
    why: "read",
  });
  return (
    <Link className={styles.source} title={title} to={`/?${query}`}>
      <Hidden>Inherited from </Hidden>
      {text}
    </Link>
  );
}

export function OrganizationBoxes({ cells }: { cells: readonly Cell[] }) {
  return (
    <section className={pageStyles.section} aria-labelledby="section-organization">
      <header className={pageStyles.header}>
        <h2 id="section-organization">Organization</h2>
      </header>
      <div className={styles.boxes}>
        {cells.map((cell) => (
          <Box key={cell.key} cell={cell} text />
        ))}
      </div>
    </section>
  );
}

/** Places of a section shown at first. */
const PLACES = 30;

/** Boxes in rows and columns; arrow keys go between them, and Tab to one of them. */
export function MatrixSection({
  section,
  wanted,
  enter,
}: {
  section: Section;
  wanted: { type: string; id: string } | undefined;
  /** Whether focus goes there too. */
  enter: boolean;
}) {
  const [active, setActive] = useState<string>();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  // What was asked for, by the address or just now, shows with all its rows.
  const table = useRef<HTMLTableElement>(null);
  const place = wanted && section.places.find(({ key }) => key === `${wanted.type}:${wanted.id}`)?.key;
  const [shown, setShown] = useState<string>();
  if (place !== shown) {
    setShown(place);
    if (place && section.id === "projects") setOpen(new Set([...open, place]));
  }
  useEffect(() => {
    const row = shown && table.current?.querySelector("tr[data-wanted]");
    if (!row) return;
    row.scrollIntoView({ block: "nearest" });
    if (enter) row.querySelector<HTMLElement>("input")?.focus({ preventScroll: true });
  }, [shown, enter]);
  const { editing } = useEdit();
  // Somebody who made a lot holds a role on each of it.
  const [limit, setLimit] = useState(PLACES);
  const places = section.places.filter(({ key, changed }, i) => i < limit || changed || key === shown);
  const more = section.places.length - places.length;
  const rows = places.flatMap((place) => linesOf(place, open.has(place.key), editing.marks));
  const keys = rows.flatMap(({ line }) => line.cells.flatMap((cell) => cell?.key ?? []));
  const current = active !== undefined && keys.includes(active) ? active : keys[0];
  const id = `section-${section.id}`;
  return (
    <section className={pageStyles.section} aria-labelledby={id}>
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its cells are gone through with the arrow keys */}
      <table ref={table} role="grid" className={styles.table} aria-labelledby={id} onKeyDown={move}>
        <thead>
          <tr>
            <th scope="col" className={styles.nameColumn}>
              <h2 id={id}>{section.title}</h2>
            </th>
            {COLUMNS.map((column) =>
              section.columns.includes(column) ? (
                <th key={column} scope="col" className={styles.column} abbr={askName(column)}>
                  <span className={styles.long}>{SHORT[column] ?? askName(column)}</span>
                  <abbr className={styles.short} title={askName(column)}>
                    {(SHORT[column] ?? askName(column))[0]}
                  </abbr>
                </th>
              ) : (
                <td key={column} className={styles.column} />
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ place, line, first, hidden }) => (
            <tr
              key={line.key}
              data-first={first || undefined}
              data-wanted={(first && place.key === shown) || undefined}
            >
              <th scope="row" className={styles.name}>
                <LineName
                  line={line}
                  place={place}
                  first={first}
                  hidden={hidden}
                  open={open.has(place.key)}
                  onOpen={() => setOpen(toggled(open, place.key))}
                />
              </th>
              {COLUMNS.map((column, i) => {
                const cell = line.cells[i];
                return (
                  <td
                    key={column}
                    data-column={column}
                    className={styles.box}
                    onFocus={() => cell && setActive(cell.key)}
                  >
                    {cell && <Box cell={cell} tabbable={cell.key === current} />}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && (
        <AppButton small look="quiet" className={pageStyles.moreRows} onPress={() => setLimit(limit + 5 * PLACES)}>
          Show {Math.min(more, 5 * PLACES)} of {more.toLocaleString("en")} more
        </AppButton>
      )}
    </section>
  );
}

const SHORT: Partial<Record<string, string>> = { manage_access: "Access" };

function toggled(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  return next;
}

/** A place's own line always; of those for single types the ones with something of their own, until all are asked for. */
function linesOf(place: Place, open: boolean, marks: readonly string[]) {
  const [own, ...others] = place.lines as [Line, ...Line[]];
  const shown = others.filter(
    ({ cells }) =>
      open ||
      cells.some(
        (cell) => cell && ((cell.state === "on" && !cell.wider) || cell.state === "partly" || marks.includes(cell.key)),
      ),
  );
  const hidden = open ? others.length : others.length - shown.length;
  return [own, ...shown].map((line) => ({ place, line, first: line === own, hidden }));
}

function LineName({
  line,
  place,
  first,
  hidden,
  open,
  onOpen,
}: {
  line: Line;
  place: Place;
  first: boolean;
  hidden: number;
  open: boolean;
  onOpen: () => void;
}) {
  // What is inherited by everything in it is told once.
  const own = new Set(first ? [] : place.lines[0]?.sources.map(({ text }) => text));
  const sources = line.sources.filter(({ text }) => !own.has(text));
  return (
    <span className={styles.line} data-inner={!first || undefined}>
      <Icon name={line.icon} size={15} />
      <span className={styles.words}>
        <span className={styles.title}>{line.title}</span>
        {line.detail && <span className={styles.detail}>{line.detail}</span>}
        {first && hidden > 0 && (
          <Button className={styles.more ?? ""} aria-expanded={open} onPress={onOpen}>
            <Icon name="right" size={12} />
            {open ? "Fewer types" : "By type"}
            <Hidden> in {line.title}</Hidden>
          </Button>
        )}
        <SourceLine sources={sources} on={line.on} />
      </span>
    </span>
  );
}

function move(event: KeyboardEvent<HTMLElement>): void {
  const cell = (event.target as HTMLElement).closest<HTMLElement>("td[data-column]");
  const row = cell?.parentElement;
  if (!cell || !row) return;
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step) return;
  const column = cell.dataset.column;
  const inputs =
    event.key === "ArrowLeft" || event.key === "ArrowRight"
      ? [...row.querySelectorAll<HTMLElement>("td input")]
      : [...(row.parentElement?.querySelectorAll<HTMLElement>(`td[data-column="${column}"] input`) ?? [])];
  const next = inputs[inputs.indexOf(event.target as HTMLInputElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
