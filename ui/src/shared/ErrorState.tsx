import { Button } from "@mantine/core";
import { Notice } from "./Notice";

/** What went wrong, in the server's own sentence, and a way to ask again. */
export function ErrorState({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  return (
    <Notice title={asSentence(error.message)} tone="error">
      {onRetry && (
        <Button variant="default" onClick={onRetry}>
          Ask again
        </Button>
      )}
    </Notice>
  );
}

/** The API writes errors as logs have them: lower case, without full stop. */
export function asSentence(message: string): string {
  const begun = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
