import { Picker } from "../ui/Picker.tsx";
import { Avatar } from "../ui/ui.tsx";
import type { SubjectKind, SubjectOption } from "./access.tsx";

const SECTIONS: readonly { kind: SubjectKind; title: string }[] = [
  { kind: "person", title: "People" },
  { kind: "account", title: "Service accounts" },
  { kind: "group", title: "Permission groups" },
  { kind: "anonymous", title: "Nobody" },
];
const mark = (option: SubjectOption) => <Avatar name={option.name} kind={option.kind} />;

/** Somebody of the organisation: a person, a service account, a permission group, or nobody. */
export function SubjectPicker({
  label,
  value,
  options,
  onChoose,
  className,
}: {
  label: string;
  value: SubjectOption;
  options: readonly SubjectOption[];
  onChoose: (option: SubjectOption) => void;
  className?: string | undefined;
}) {
  return (
    <Picker
      label={label}
      value={value}
      options={options}
      sections={SECTIONS}
      mark={mark}
      onChoose={onChoose}
      className={className}
    />
  );
}
