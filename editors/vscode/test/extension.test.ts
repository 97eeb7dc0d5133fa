// The extension as it is packaged, with a server that really runs, in an editor that is only played.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, afterEach, beforeEach, test } from "node:test";
import * as vscode from "vscode";
import type * as Extension from "../src/extension";

interface Fake {
  folders: string[];
  settings: Record<string, unknown>;
  trusted: boolean;
  interpreter: string | undefined;
  press: string | undefined;
  documents: unknown[];
  messages: { text: string; buttons: string[] }[];
  logged: string[];
  typed: { text?: string; run?: boolean; command?: string }[];
  diagnostics: Map<string, vscode.Diagnostic[]>;
  changed: { event: (listener: () => void) => vscode.Disposable };
  commands: Map<string, () => Promise<void>>;
  open: (file: string, language: string, text: string) => void;
  set: (name: string, value: unknown) => void;
  trust: () => void;
}

const { fake } = vscode as unknown as { fake: Fake };
const PATIENCE = 30_000;
const SERVER = onPath("cloudtrail-policylint");
const needsServer = { skip: SERVER === undefined && "needs cloudtrail-policylint[lsp] on the PATH" };
const BAD = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "cloudtrail:LookupEvent", "Resource": "*"}]}';
const searchPath = process.env["PATH"];

let folder = "";
let context: { subscriptions: vscode.Disposable[] };
// eslint-disable-next-line @typescript-eslint/no-require-imports -- it is the bundle of the package
const extension = require("../dist/extension.js") as typeof Extension;

beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "policylint-")));
  context = { subscriptions: [] };
  Object.assign(fake, { folders: [folder], settings: {}, trusted: true, press: undefined });
  Object.assign(fake, { interpreter: undefined, documents: [], messages: [], logged: [], typed: [] });
  process.env["PATH"] = "/usr/bin"; // what a test wants found is elsewhere
});

afterEach(async () => {
  await extension.deactivate();
  for (const one of context.subscriptions) one.dispose();
  fs.rmSync(folder, { recursive: true });
});

after(() => {
  process.env["PATH"] = searchPath;
});

function onPath(name: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  return folders.map((one) => path.join(one, name)).find((file) => fs.existsSync(file));
}

/** Put a server into *place*: the real one, or one that runs *script*. */
function install(place: string, script?: string): void {
  fs.mkdirSync(path.dirname(place), { recursive: true });
  if (script === undefined) fs.symlinkSync(SERVER ?? "", place);
  else fs.writeFileSync(place, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

function activate(): Promise<void> {
  return extension.activate(context as unknown as vscode.ExtensionContext);
}

/** The value of *found* once there is one. */
async function eventually<T>(found: () => T | undefined): Promise<T> {
  const now = found();
  if (now !== undefined) return now;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`it did not happen: ${JSON.stringify(fake)}`));
    }, PATIENCE);
    const listening = fake.changed.event(() => {
      const value = found();
      if (value === undefined) return;
      clearTimeout(timer);
      listening.dispose();
      resolve(value);
    });
  });
}

function codes(file: string): (string | undefined)[] | undefined {
  const found = fake.diagnostics.get(file);
  return found?.map((one) => (typeof one.code === "object" ? String(one.code.value) : String(one.code)));
}

test("the server of the workspace checks what is opened", needsServer, async () => {
  install(path.join(folder, ".venv", "bin", "cloudtrail-policylint"));
  fake.settings = { "min-severity": null, server: "", scope: "all" };
  await activate();
  assert.deepEqual(fake.messages, []);
  assert.match(fake.logged.join("\n"), /\.venv\/bin\/cloudtrail-policylint lsp, found in \.venv/);
  const file = path.join(folder, "policy.json");
  fake.open(file, "json", BAD);
  assert.deepEqual(await eventually(() => codes(file)), ["CT101"]);
  fake.diagnostics.clear();
  fake.settings["ignore"] = ["CT101"];
  await fake.commands.get("cloudtrail-policylint.restart")?.();
  assert.deepEqual(await eventually(() => codes(file)), []);
});

test("a server that appears in the selected environment is started", needsServer, async () => {
  await activate();
  const [message] = fake.messages;
  assert.equal(message?.text, "cloudtrail-policylint is not installed.");
  const python = path.join(folder, "env", "bin", "python");
  install(path.join(path.dirname(python), "cloudtrail-policylint"));
  fake.interpreter = python;
  await fake.commands.get("cloudtrail-policylint.restart")?.();
  assert.equal(fake.messages.length, 1);
  assert.match(fake.logged.join("\n"), /found in the selected Python environment/);
});

test("the button puts the command that installs it into a terminal, and does not run it", async () => {
  install(path.join(folder, "venv", "bin", "python"), "exit 1");
  fake.press = "Install";
  await activate();
  await Promise.resolve();
  assert.deepEqual(fake.messages[0]?.buttons, ["Install", "Settings", "Show Log"]);
  const command = `"${folder}/venv/bin/python" -m pip install "cloudtrail-policylint[lsp]"`;
  assert.deepEqual(fake.typed, [{ text: command, run: false }]);
});

test("a server without what it needs is said to be so", async () => {
  const server = path.join(folder, ".venv", "bin", "cloudtrail-policylint");
  install(server, "echo 'lsp: the language server needs pygls: pip install' >&2; exit 2");
  await activate();
  assert.equal(fake.messages.length, 1);
  assert.match(fake.messages[0]?.text ?? "", /without what the language server needs/);
});

test("the last words of a server count, also if it cannot be written to before", async () => {
  const server = path.join(folder, ".venv", "bin", "cloudtrail-policylint");
  install(server, "exec 0<&-; sleep 0.3; echo 'lsp: the language server needs pygls' >&2; exit 2");
  await activate();
  assert.match(fake.messages[0]?.text ?? "", /without what the language server needs/);
});

test("a server that is no such thing is said to be so", async () => {
  fake.settings = { server: path.join(folder, "tool") };
  install(path.join(folder, "tool"), "echo \"error: invalid choice: 'lsp'\" >&2; exit 2");
  await activate();
  assert.equal(fake.messages.length, 1);
  assert.match(fake.messages[0]?.text ?? "", /does not start: error: invalid choice: 'lsp'/);
});

test("nothing of a workspace that is not trusted is started until it is", async () => {
  const marker = path.join(folder, "started");
  fake.trusted = false;
  install(path.join(folder, ".venv", "bin", "cloudtrail-policylint"), `touch '${marker}'; exit 2`);
  await activate();
  assert.match(fake.messages[0]?.text ?? "", /not trusted/);
  assert.ok(fake.messages[0]?.buttons.includes("Manage Trust"));
  assert.ok(!fs.existsSync(marker));
  fake.trust();
  await eventually(() => (fake.messages.length > 1 ? true : undefined));
  assert.ok(fs.existsSync(marker));
});

test("a setting that names nothing is said, and mended at once", needsServer, async () => {
  fake.settings = { server: "/nowhere/lint" };
  await activate();
  assert.match(fake.messages[0]?.text ?? "", /server names \/nowhere\/lint/);
  fake.set("server", SERVER);
  const file = path.join(folder, "policy.json");
  fake.open(file, "json", BAD);
  assert.deepEqual(await eventually(() => codes(file)), ["CT101"]);
});
