import assert from "node:assert/strict";
import { test } from "node:test";
import { adviceAfter, adviceFor } from "../src/install";
import { serverOptions } from "../src/options";

const MISSING = { kind: "not installed", command: "cloudtrail-policylint" } as const;
const POSIX = { trusted: true, windows: false };

test("it is installed into the environment that is there, else for the user", () => {
  const into = adviceFor({ ...MISSING, interpreter: "/my env/bin/python" }, POSIX);
  assert.equal(into.command, '"/my env/bin/python" -m pip install "cloudtrail-policylint[lsp]"');
  const windows = adviceFor({ ...MISSING, interpreter: "C:\\e\\python.exe" }, { ...POSIX, windows: true });
  assert.equal(windows.command, '& "C:\\e\\python.exe" -m pip install "cloudtrail-policylint[lsp]"');
  const user = adviceFor({ ...MISSING, interpreter: undefined }, POSIX);
  assert.equal(user.command, 'pipx install "cloudtrail-policylint[lsp]"');
});

test("a workspace that is not trusted is said to be the reason", () => {
  const message = (trusted: boolean) =>
    adviceFor({ ...MISSING, interpreter: undefined }, { trusted, windows: false }).message;
  assert.match(message(false), /not trusted/);
  assert.doesNotMatch(message(true), /trusted/);
});

test("a wrong setting is named, and nothing is installed for it", () => {
  const advice = adviceFor(
    { kind: "wrong setting", command: "/opt/lint", interpreter: undefined },
    POSIX,
  );
  assert.match(advice.message, /cloudtrail-policylint\.server names \/opt\/lint/);
  assert.equal(advice.command, undefined);
});

test("the last words of a server that ended say what to do", () => {
  const options = { interpreter: "/e/bin/python", windows: false };
  const without = adviceAfter("lsp: the language server needs pygls: pip ...\n", "/e/bin/x", options);
  assert.equal(without.command, '"/e/bin/python" -m pip install "cloudtrail-policylint[lsp]"');
  const old = adviceAfter("usage: x\nx: error: invalid choice: 'lsp'\n", "/e/bin/x", options);
  assert.equal(old.message, "/e/bin/x lsp does not start: x: error: invalid choice: 'lsp'");
  assert.equal(old.command, undefined);
  assert.equal(adviceAfter("", "/e/bin/x", options).message, "/e/bin/x lsp does not start.");
});

test("the server gets what is set and what it knows", () => {
  const section = { server: "/opt/lint", scope: "all", select: ["CT1"], config: null, pedantic: false };
  assert.deepEqual(serverOptions(section), { scope: "all", select: ["CT1"], pedantic: false });
  for (const nothing of [null, undefined, "text"]) assert.deepEqual(serverOptions(nothing), {});
});
