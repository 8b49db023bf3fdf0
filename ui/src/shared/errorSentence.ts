import { ApiError } from "../api/client";

/**
 * What went wrong, as a sentence. The server writes errors as logs have them, lower case and without
 * full stop, and begins with the parameter's name where one is wrong: `labels` says what the reader
 * knows it by; where it does not, the rest says enough.
 */
export function errorSentence(error: Error, labels: Readonly<Record<string, string>> = {}): string {
  const parameter = error instanceof ApiError ? error.parameter : null;
  if (parameter === null || !error.message.startsWith(`${parameter}: `)) {
    return asSentence(error.message);
  }
  const problem = error.message.slice(parameter.length + 2);
  const label = Object.hasOwn(labels, parameter) ? labels[parameter] : undefined;
  return asSentence(label === undefined ? problem : `${label}: ${problem}`);
}

function asSentence(message: string): string {
  const begun = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
