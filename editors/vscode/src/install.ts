// What a user is told if there is no server, and the command that installs it.

import type { Missing } from "./find";

const PACKAGE = "cloudtrail-policylint[lsp]";

/** A message, with the command that helps if there is one. */
export interface Advice {
  readonly message: string;
  readonly command: string | undefined;
}

/** What to do if no server was found. */
export function adviceFor(missing: Missing, options: { trusted: boolean; windows: boolean }): Advice {
  if (missing.kind === "wrong setting") {
    const message = `The setting cloudtrail-policylint.server names ${missing.command}, which cannot be run.`;
    return { message, command: undefined };
  }
  const trust = options.trusted
    ? ""
    : " The Python environments of this workspace are not searched, because it is not trusted.";
  return {
    message: `cloudtrail-policylint is not installed.${trust}`,
    command: installing(missing.interpreter, options.windows),
  };
}

/** What to do if the server ended at once: its last words are in *errors*. */
export function adviceAfter(
  errors: string,
  command: string,
  options: { interpreter: string | undefined; windows: boolean },
): Advice {
  if (errors.includes("needs pygls")) {
    return {
      message: `${command} is there, but without what the language server needs.`,
      command: installing(options.interpreter, options.windows),
    };
  }
  const last = errors.trim().split("\n").at(-1)?.trim() ?? "";
  return { message: `${command} lsp does not start${last ? `: ${last}` : "."}`, command: undefined };
}

function installing(interpreter: string | undefined, windows: boolean): string {
  if (interpreter === undefined) return `pipx install "${PACKAGE}"`;
  // PowerShell, the usual terminal on Windows, runs a quoted path only after this sign.
  return `${windows ? "& " : ""}"${interpreter}" -m pip install "${PACKAGE}"`;
}
