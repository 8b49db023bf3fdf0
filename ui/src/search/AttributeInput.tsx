import { TagsInput } from "@mantine/core";
import { useState } from "react";
import { useAttributeKeys, useAttributeValues } from "../api/catalog";
import type { Params } from "../api/client";
import { isUnfinished, readTyping, suggestions } from "./attributeText";
import { FIELD_LABELS } from "./fieldLabels";

interface Props {
  className: string | undefined;
  value: string[];
  /** Whether the server refused one of them. */
  wrong: boolean;
  range: Params;
  onChange: (conditions: string[]) => void;
}

/** Conditions on attributes, one pill each; completes keys, then values. */
export function AttributeInput({ className, value, wrong, range, onChange }: Props) {
  const [text, setText] = useState("");
  const typing = readTyping(text);
  const keys = useAttributeKeys(range);
  const values = useAttributeValues(
    typing.part === "value" && typing.key !== "" ? typing.key : null,
    typing.part === "value" ? typing.text : "",
    range,
  );
  const add = (conditions: string[]) => {
    const unfinished = conditions.find(isUnfinished);
    if (unfinished === undefined) {
      onChange(conditions);
      setText("");
    } else {
      setText(unfinished);
    }
  };
  return (
    <TagsInput
      className={className}
      label={FIELD_LABELS.attribute}
      error={wrong}
      placeholder={value.length === 0 ? "http.route=/charge" : ""}
      data={[...new Set(suggestions(text, keys.data ?? [], values.data ?? []))]}
      value={value}
      onChange={add}
      searchValue={text}
      onSearchChange={setText}
      splitChars={[]}
      limit={50}
      clearable
    />
  );
}
