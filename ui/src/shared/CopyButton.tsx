import { ActionIcon } from "@mantine/core";
import { useState } from "react";
import { copyText } from "./clipboard";
import { Icon } from "./Icon";

const SHOWN_MS = 1_200;

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    if (!(await copyText(text))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  return (
    <ActionIcon size="xs" aria-label={label} title={label} onClick={() => void copy()}>
      <Icon name={copied ? "check" : "copy"} size={13} />
    </ActionIcon>
  );
}
