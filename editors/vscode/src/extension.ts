// The VS Code extension: finds the language server, starts it, and says what is wrong if it cannot.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout } from "node:timers/promises";
import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
} from "vscode-languageclient/node";
import { findServer, type Found, type Missing } from "./find";
import { type Advice, adviceAfter, adviceFor } from "./install";
import { serverOptions } from "./options";

const NAME = "cloudtrail-policylint";
const LANGUAGES = [
  "json",
  "jsonc",
  "yaml",
  "cloudformation",
  "terraform",
  "terraform-vars",
  "opentofu",
  "opentofu-vars",
  "hcl",
];
/** Milliseconds in which a server that ended says why. */
const LAST_WORDS = 2000;
const WINDOWS = process.platform === "win32";

/** The part of the Python extension's interface that is used. */
interface PythonExtension {
  readonly environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    resolveEnvironment(
      environment: unknown,
    ): Promise<{ readonly executable: { readonly uri?: vscode.Uri } } | undefined>;
    readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

/** A client that leaves it to this extension what the user is told, and can be stopped at any time. */
class Client extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }

  /** The library calls this after a failed start too, and then it would fail. */
  override async stop(timeout?: number): Promise<void> {
    if (this.isRunning()) await super.stop(timeout);
  }
}

/** The server of this window, which is started again when what decides about it changes. */
class Server implements vscode.Disposable {
  readonly log = vscode.window.createOutputChannel(NAME, { log: true });
  private client: LanguageClient | undefined;
  private command = "";
  private last: Promise<void> = Promise.resolve();

  /** Start the server, or another one if it runs; one call is done after the other. */
  restart(): Promise<void> {
    this.last = this.last.then(() => this.replace()).catch((error: unknown) => {
      this.log.error(String(error));
    });
    return this.last;
  }

  /** Start the server again if another one would be found now. */
  async restartIfOther(): Promise<void> {
    const found = findServer(machine(), await workspace());
    if (this.client === undefined || found.command !== this.command) await this.restart();
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.dispose();
  }

  dispose(): void {
    this.log.dispose();
  }

  private async replace(): Promise<void> {
    await this.stop();
    const known = await workspace();
    const found = findServer(machine(), known);
    this.command = found.command;
    if (found.kind !== "found") {
      this.explain(found, known.trusted);
      return;
    }
    this.log.info(`${found.command} lsp, found in ${found.from}`);
    await this.start(found, known.interpreter);
  }

  private async start(found: Found, interpreter: string | undefined): Promise<void> {
    let errors = "";
    let running = false;
    let child: ChildProcess | undefined;
    let closed: Promise<unknown> = Promise.resolve();
    let starting: Promise<void> = Promise.resolve();
    const started = async (): Promise<ChildProcess> => {
      child = await spawned(found.command);
      closed = once(child, "close");
      child.stderr?.on("data", (data: Buffer) => {
        errors = (errors + data.toString()).slice(-10_000);
        this.log.warn(data.toString().trimEnd());
      });
      return child;
    };
    const client = new Client(NAME, NAME, started, {
      ...clientOptions(),
      outputChannel: this.log,
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue }),
        closed: async () => {
          await starting; // the library loses the failure of a start that ends after this
          if (running) this.say({ message: `${NAME} ended unexpectedly.`, command: undefined });
          running = false;
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
    });
    this.client = client;
    try {
      const start = client.start();
      starting = start.catch(() => undefined);
      await start;
      running = true;
    } catch (error) {
      this.client = undefined;
      // A failed write may be known before the last words of the server are.
      await Promise.race([closed, setTimeout(LAST_WORDS, undefined, { ref: false })]);
      child?.kill();
      const beside = path.join(path.dirname(found.command), WINDOWS ? "python.exe" : "python");
      const python = isExecutable(beside) ? beside : interpreter;
      const advice = adviceAfter(errors || String(error), found.command, {
        interpreter: python,
        windows: WINDOWS,
      });
      this.say(advice);
    }
  }

  private explain(missing: Missing, trusted: boolean): void {
    this.say(adviceFor(missing, { trusted, windows: WINDOWS }));
  }

  /** Show what is wrong; what a button does happens when somebody presses it. */
  private say(advice: Advice): void {
    this.log.error(advice.message);
    const { command } = advice;
    const buttons = [
      ...(command === undefined ? ["Restart"] : ["Install"]),
      "Settings",
      "Show Log",
      ...(vscode.workspace.isTrusted ? [] : ["Manage Trust"]),
    ];
    void vscode.window.showErrorMessage(advice.message, ...buttons).then((chosen) => {
      if (chosen === "Install" && command !== undefined) typeInTerminal(command);
      if (chosen === "Restart") void this.restart();
      if (chosen === "Show Log") this.log.show();
      if (chosen === "Settings") {
        void vscode.commands.executeCommand("workbench.action.openSettings", `${NAME}.server`);
      }
      if (chosen === "Manage Trust") void vscode.commands.executeCommand("workbench.trust.manage");
    });
  }
}

/** Put *command* into a terminal, for the user to look at and run. */
function typeInTerminal(command: string): void {
  const terminal = vscode.window.createTerminal(NAME);
  terminal.show();
  terminal.sendText(command, false);
}

/** The process of the server, once it runs. */
function spawned(command: string): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    const child = spawn(command, ["lsp"], { cwd: folder ?? os.homedir() });
    child.once("error", reject);
    child.once("spawn", () => {
      resolve(child);
    });
  });
}

function clientOptions(): LanguageClientOptions {
  return {
    documentSelector: LANGUAGES.flatMap((language) => [
      { scheme: "file", language },
      { scheme: "untitled", language },
    ]),
    initializationOptions: serverOptions(vscode.workspace.getConfiguration().get(NAME)),
    middleware: {
      workspace: {
        configuration: async (parameters, token, next) => {
          const found = await next(parameters, token);
          return Array.isArray(found) ? found.map(serverOptions) : found;
        },
      },
    },
  };
}

function machine() {
  return {
    platform: process.platform,
    home: os.homedir(),
    searchPath: process.env["PATH"] ?? "",
    isExecutable,
  };
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

async function workspace() {
  const trusted = vscode.workspace.isTrusted;
  return {
    folders: (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath),
    trusted,
    setting: vscode.workspace.getConfiguration(NAME).get("server", ""),
    interpreter: trusted ? await selectedInterpreter() : undefined,
  };
}

async function pythonExtension(): Promise<PythonExtension | undefined> {
  const extension = vscode.extensions.getExtension<PythonExtension>("ms-python.python");
  try {
    return await extension?.activate();
  } catch {
    return undefined; // its own failure, which it reports itself
  }
}

/** The interpreter that is selected in the Python extension, if that is installed. */
async function selectedInterpreter(): Promise<string | undefined> {
  const python = await pythonExtension();
  if (python === undefined) return undefined;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const selected = python.environments.getActiveEnvironmentPath(folder);
  const environment = await python.environments.resolveEnvironment(selected);
  return environment?.executable.uri?.fsPath;
}

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const own = new Server();
  server = own;
  const again = () => own.restartIfOther();
  const watchInterpreter = async () => {
    const python = vscode.workspace.isTrusted ? await pythonExtension() : undefined;
    if (python === undefined) return;
    context.subscriptions.push(python.environments.onDidChangeActiveEnvironmentPath(again));
  };
  context.subscriptions.push(
    own,
    vscode.commands.registerCommand(`${NAME}.restart`, () => own.restart()),
    vscode.commands.registerCommand(`${NAME}.showLog`, () => {
      own.log.show();
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${NAME}.server`)) void again();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(async () => {
      await again();
      await watchInterpreter();
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(again),
  );
  await own.restart();
  await watchInterpreter();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
