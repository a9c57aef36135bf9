import { AclarityError } from "aclarity";
import { useEffect, useState } from "react";
import { Dialog, FileTrigger, Heading, Modal, ModalOverlay } from "react-aria-components";
import { SAMPLE, sampleText, useView, useWorkspace } from "../organization/context.tsx";
import type { Source, Workspace } from "../organization/workspace.ts";
import { Icon } from "../ui/icons.tsx";
import { Button, Quoted } from "../ui/ui.tsx";
import styles from "./Source.module.css";

export interface Failure {
  name: string;
  message: string;
  code?: string;
  path?: string;
}
export function failureOf(name: string, error: unknown): Failure {
  if (error instanceof AclarityError)
    return { name, message: error.message, code: error.code, ...(error.path !== undefined && { path: error.path }) };
  return { name, message: error instanceof Error ? error.message : String(error) };
}

async function load(workspace: Workspace, text: () => Promise<string>, source: Source): Promise<Failure | undefined> {
  try {
    await workspace.replace(await text(), source);
    return undefined;
  } catch (error) {
    return failureOf(source.name, error);
  }
}
const loadFile = (workspace: Workspace, file: File) =>
  load(workspace, () => file.text(), { name: file.name, sample: false });

/** Which export is shown, and another one instead. */
export function SourceMenu() {
  const workspace = useWorkspace();
  const { source } = useView();
  const [failure, setFailure] = useState<Failure>();
  const pick = async (files: FileList | null) => {
    const file = files?.[0];
    if (file) setFailure(await loadFile(workspace, file));
  };
  return (
    <div className={styles.root}>
      <p className={styles.source} title={source.name}>
        <Icon name="file" size={14} />
        <span>{source.name}</span>
      </p>
      <div className={styles.buttons}>
        <FileTrigger acceptedFileTypes={["application/json", ".json"]} onSelect={pick}>
          <Button small icon="upload" className={styles.open}>
            <span className={styles.openText}>Open an export</span>
          </Button>
        </FileTrigger>
        {!source.sample && (
          <Button small look="quiet" onPress={async () => setFailure(await load(workspace, sampleText, SAMPLE))}>
            <span>
              <span className={styles.openText}>Back to the </span>sample
            </span>
          </Button>
        )}
      </div>
      <p className={styles.hint}>Or drop a file anywhere. It stays in this browser.</p>
      <FailureDialog failure={failure} onClose={() => setFailure(undefined)} />
    </div>
  );
}

/** Takes a file dropped anywhere on the page. */
export function DropTarget() {
  const workspace = useWorkspace();
  const [over, setOver] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  useEffect(() => {
    let depth = 0;
    const hasFile = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const enter = (event: DragEvent) => {
      if (!hasFile(event)) return;
      depth += 1;
      setOver(true);
    };
    const leave = () => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const allow = (event: DragEvent) => hasFile(event) && event.preventDefault();
    const drop = async (event: DragEvent) => {
      if (!hasFile(event)) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (file) setFailure(await loadFile(workspace, file));
    };
    const events = { dragenter: enter, dragleave: leave, dragover: allow, drop } as const;
    for (const [name, listener] of Object.entries(events)) addEventListener(name, listener as EventListener);
    return () => {
      for (const [name, listener] of Object.entries(events)) removeEventListener(name, listener as EventListener);
    };
  }, [workspace]);
  return (
    <>
      {over && (
        <div className={styles.drop} aria-hidden="true">
          <div>
            <Icon name="upload" size={24} />
            <strong>Drop an export</strong>
            <span>One JSON file in the shapes of the API</span>
          </div>
        </div>
      )}
      <FailureDialog failure={failure} onClose={() => setFailure(undefined)} />
    </>
  );
}

function FailureDialog({ failure, onClose }: { failure: Failure | undefined; onClose: () => void }) {
  return (
    <ModalOverlay
      className={styles.overlay ?? ""}
      isDismissable
      isOpen={failure !== undefined}
      onOpenChange={(open) => !open && onClose()}
    >
      <Modal className={styles.modal ?? ""}>
        <Dialog role="alertdialog" className={styles.dialog ?? ""}>
          <Heading slot="title">{failure?.name} could not be loaded</Heading>
          <FailureText failure={failure} />
          <p className={styles.kept}>The organization on the page is unchanged.</p>
          <Button slot="close" look="primary" autoFocus>
            Close
          </Button>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

export function FailureText({ failure }: { failure: Failure | undefined }) {
  return (
    <>
      <p className={styles.message}>
        <Quoted text={failure?.message ?? ""} />
      </p>
      {(failure?.code || failure?.path) && (
        <p className={styles.codes}>
          {failure.code && <code>{failure.code}</code>}
          {failure.path && <code>{failure.path}</code>}
        </p>
      )}
    </>
  );
}
