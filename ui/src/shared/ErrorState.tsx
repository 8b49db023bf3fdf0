import { Button } from "@mantine/core";
import { ApiError } from "../api/client";
import { errorSentence } from "./errorSentence";
import { Notice } from "./Notice";

interface Props {
  error: Error;
  /** What the reader calls the API's parameters. */
  labels?: Readonly<Record<string, string>>;
  onRetry?: () => void;
}

/** What went wrong, in the server's own sentence, and a way to ask again where that can help. */
export function ErrorState({ error, labels, onRetry }: Props) {
  const isWrong = error instanceof ApiError && error.code === "invalid_parameter";
  return (
    <Notice title={errorSentence(error, labels)} tone="error">
      {onRetry && !isWrong && (
        <Button variant="default" onClick={onRetry}>
          Ask again
        </Button>
      )}
    </Notice>
  );
}
