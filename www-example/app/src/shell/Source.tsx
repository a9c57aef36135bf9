import { AclarityError } from "aclarity";
import { useEffect, useMemo, useState } from "react";
import { Dialog, FileTrigger, Heading, Modal, ModalOverlay } from "react-aria-components";
import { SAMPLE, sampleText, useView, useWorkspace } from "../organization/context.tsx";
import type { Source } from "../organization/workspace.ts";
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

export interface Loader {
  /** The name of what is being loaded. */
  busy: string | undefined;
  failure: Failure | undefined;
  open: (file: File) => void;
  reset: () => void;
  dismiss: () => void;
}
/** Puts another export on the page. One that cannot be loaded changes nothing. */
export function useLoader(): Loader {
  const workspace = useWorkspace();
  const [busy, setBusy] = useState<string>();
  const [failure, setFailure] = useState<Failure>();
  return useMemo(() => {
    const load = async (text: () => Promise<string>, source: Source) => {
      setBusy(source.name);
      try {
        await workspace.replace(await text(), source);
      } catch (error) {
        setFailure(failureOf(source.name, error));
      } finally {
        setBusy(undefined);
      }
    };
    return {
      busy,
      failure,
      open: (file) => load(() => file.text(), { name: file.name, sample: false }),
      reset: () => load(sampleText, SAMPLE),
      dismiss: () => setFailure(undefined),
    };
  }, [workspace, busy, failure]);
}

/** Which export is shown, and another one instead. */
export function SourceMenu({ loader }: { loader: Loader }) {
  const { source } = useView();
  const pick = (files: FileList | null) => {
    const file = files?.[0];
    if (file) loader.open(file);
  };
  return (
    <div className={styles.root}>
      <p className={styles.source} title={source.name}>
        <Icon name="file" size={14} />
        <span role="status">{loader.busy ? `Loading ${loader.busy}…` : source.name}</span>
      </p>
      <div className={styles.buttons}>
        <FileTrigger acceptedFileTypes={["application/json", ".json"]} onSelect={pick}>
          <Button small icon="upload" isDisabled={loader.busy !== undefined}>
            <span className={styles.openText}>Open an export</span>
          </Button>
        </FileTrigger>
        {!source.sample && (
          <Button small look="quiet" isDisabled={loader.busy !== undefined} onPress={loader.reset}>
            <span>
              <span className={styles.openText}>Back to the </span>sample
            </span>
          </Button>
        )}
      </div>
      <p className={styles.hint}>Or drop a file anywhere. It stays in this browser.</p>
    </div>
  );
}

/** Takes a file dropped anywhere on the page. */
export function DropTarget({ onFile }: { onFile: (file: File) => void }) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    let depth = 0;
    const hasFile = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const listeners = {
      dragenter: (event: DragEvent) => {
        if (!hasFile(event)) return;
        depth += 1;
        setOver(true);
      },
      dragleave: () => {
        depth = Math.max(0, depth - 1);
        setOver(depth > 0);
      },
      dragover: (event: DragEvent) => {
        if (hasFile(event)) event.preventDefault();
      },
      drop: (event: DragEvent) => {
        if (!hasFile(event)) return;
        event.preventDefault();
        depth = 0;
        setOver(false);
        const file = event.dataTransfer?.files[0];
        if (file) onFile(file);
      },
    };
    const ending = new AbortController();
    for (const [name, listener] of Object.entries(listeners))
      addEventListener(name, listener as EventListener, { signal: ending.signal });
    return () => ending.abort();
  }, [onFile]);
  if (!over) return null;
  return (
    <div className={styles.drop} aria-hidden="true">
      <div>
        <Icon name="upload" size={24} />
        <strong>Drop an export</strong>
        <span>One JSON file in the shapes of the API</span>
      </div>
    </div>
  );
}

export function FailureDialog({ failure, onClose }: { failure: Failure | undefined; onClose: () => void }) {
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
