import type { ReactNode } from "react";
import { Dialog as AriaDialog } from "react-aria-components/Dialog";
import { Heading } from "react-aria-components/Heading";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { Button } from "./button";
import styles from "./dialog.module.css";

interface DialogProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  /** Buttons at the end. */
  foot?: ReactNode;
  children: ReactNode;
}

/** A sheet from below on a phone, a box in the middle on a desktop. Escape and a tap beside it close it. */
export function Dialog({ title, isOpen, onClose, foot, children }: DialogProps) {
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable
      className={styles.backdrop ?? ""}
    >
      <Modal className={styles.modal ?? ""}>
        <AriaDialog className={styles.dialog ?? ""}>
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
          {foot !== undefined && <div className={styles.foot}>{foot}</div>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

interface ConfirmProps {
  title: string;
  text: ReactNode;
  yes: string;
  no: string;
  isOpen: boolean;
  onYes: () => void;
  onClose: () => void;
}

/** Asks before what cannot be undone. */
export function Confirm({ title, text, yes, no, isOpen, onYes, onClose }: ConfirmProps) {
  const foot = (
    <>
      <Button tone="quiet" onPress={onClose}>
        {no}
      </Button>
      <Button
        tone="danger"
        onPress={() => {
          onYes();
          onClose();
        }}
      >
        {yes}
      </Button>
    </>
  );
  return (
    <Dialog title={title} isOpen={isOpen} onClose={onClose} foot={foot}>
      <p>{text}</p>
    </Dialog>
  );
}
