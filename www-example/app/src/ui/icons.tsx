import {
  IconArrowBackUp, IconBook2, IconBox, IconBoxMultiple, IconBuilding, IconChartDots3, IconCheck, IconChevronDown, IconChevronRight, IconCircleOff, IconDatabase, IconDeviceDesktop,
  IconFileImport, IconFlask, IconFolders, IconFunction, IconHistory, IconKey, IconListSearch, IconLogs, IconMessage2Code, IconMoon, IconPencil, IconPlayerPlay, IconRobot,
  IconSettings, IconShieldCheck, IconSun, IconTrash, IconUser, IconUserMinus, IconUserPlus, IconUserQuestion, IconUsers, IconUsersGroup, IconArrowUpRight, IconX, IconAlertTriangle,
  IconInfoCircle, IconAlertCircle, IconSearch, IconWorld, IconUpload, IconPlus, IconArrowLeft, IconMinus,
} from "@tabler/icons-react";

const ICONS = {
  organization: IconBuilding, org_project: IconBoxMultiple, org_member: IconUsers, org_audit_logs: IconHistory, project_group: IconFolders, project: IconBox,
  experiment: IconFlask, dataset: IconDatabase, prompt: IconMessage2Code, function: IconFunction, prompt_session: IconPlayerPlay, project_log: IconLogs, group: IconUsersGroup, role: IconShieldCheck,
  person: IconUser, account: IconRobot, anonymous: IconUserQuestion, grant: IconKey,
  open: IconArrowUpRight, edit: IconPencil, delete: IconTrash, access: IconKey, settings: IconSettings, invite: IconUserPlus, uninvite: IconUserMinus, run: IconPlayerPlay, write: IconPencil,
  check: IconCheck, no: IconMinus, x: IconX, down: IconChevronDown, right: IconChevronRight, left: IconArrowLeft, undo: IconArrowBackUp, search: IconSearch, plus: IconPlus,
  sun: IconSun, moon: IconMoon, system: IconDeviceDesktop, upload: IconUpload, file: IconFileImport, graph: IconChartDots3, findings: IconListSearch, book: IconBook2,
  error: IconAlertCircle, warning: IconAlertTriangle, info: IconInfoCircle, off: IconCircleOff, public: IconWorld,
} as const;
export type IconName = keyof typeof ICONS;

export function Icon({ name, size = 16, className }: { name: string; size?: number; className?: string | undefined }) {
  const Glyph = ICONS[name as IconName] ?? IconBox;
  return <Glyph size={size} stroke={1.75} className={className} aria-hidden="true" focusable="false" />;
}
