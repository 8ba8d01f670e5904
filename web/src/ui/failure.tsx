import type { ReactNode } from "react";
import { Button } from "./button";
import { EmptyState } from "./layout";

interface FailureProps {
  title: string;
  /** What the server or the browser said. */
  detail: string;
  again: string;
  onAgain: () => void;
  children?: ReactNode;
}

/** What went wrong, in words, and the way on. */
export function FailureState({ title, detail, again, onAgain, children }: FailureProps) {
  return (
    <div role="alert">
      <EmptyState icon="warning" title={title}>
        <p>{detail}</p>
        <Button tone="quiet" onPress={onAgain}>
          {again}
        </Button>
        {children}
      </EmptyState>
    </div>
  );
}
