// Stands for VS Code, which cannot be had as a package: as much of it as a language client needs to run.
// What is used and not here does nothing.
const path = require("node:path");
const { pathToFileURL, fileURLToPath } = require("node:url");
const { EventEmitter: Emitter } = require("node:events");

const nothing = new Proxy(function () {}, {
  get: (target, name) => {
    if (name === "then" || name === "toJSON" || name === Symbol.iterator) return undefined;
    if (name === "prototype") return target.prototype;
    return name === Symbol.toPrimitive ? () => "" : nothing;
  },
  apply: () => nothing,
  construct: (target, given, made) => Reflect.construct(Object, [], made ?? target),
});

class Disposable {
  constructor(dispose) {
    this.dispose = dispose;
  }
  static from(...all) {
    return new Disposable(() => all.forEach((one) => one.dispose()));
  }
}

class EventEmitter {
  emitter = new Emitter();
  event = (listener, self) => {
    const called = (value) => listener.call(self, value);
    this.emitter.on("event", called);
    return new Disposable(() => this.emitter.off("event", called));
  };
  fire(value) {
    this.emitter.emit("event", value);
  }
  dispose() {
    this.emitter.removeAllListeners();
  }
}

class CancellationTokenSource {
  token = { isCancellationRequested: false, onCancellationRequested: new EventEmitter().event };
  cancel() {}
  dispose() {}
}

class Uri {
  constructor(text) {
    this.text = text;
    this.scheme = text.slice(0, text.indexOf(":"));
    this.fsPath = this.scheme === "file" ? fileURLToPath(text) : text;
    this.path = this.fsPath;
  }
  static parse(text) {
    return new Uri(text);
  }
  static file(file) {
    return new Uri(pathToFileURL(file).href);
  }
  toString() {
    return this.text;
  }
}

class Position {
  constructor(line, character) {
    Object.assign(this, { line, character });
  }
}

class Range {
  constructor(startLine, startCharacter, endLine, endCharacter) {
    this.start = new Position(startLine, startCharacter);
    this.end = new Position(endLine, endCharacter);
  }
}

class Diagnostic {
  constructor(range, message, severity) {
    Object.assign(this, { range, message, severity });
  }
}

const events = {};
function event(name) {
  events[name] ??= new EventEmitter();
  return events[name].event;
}

/** What a test sets and sees. */
const fake = {
  folders: [],
  settings: {},
  trusted: true,
  interpreter: undefined,
  press: undefined,
  documents: [],
  messages: [],
  logged: [],
  typed: [],
  diagnostics: new Map(),
  changed: new EventEmitter(),
  commands: new Map(),
  open(file, languageId, text) {
    const document = {
      uri: Uri.file(file),
      languageId,
      version: 1,
      getText: () => text,
      isClosed: false,
    };
    fake.documents.push(document);
    events.onDidOpenTextDocument.fire(document);
    return document;
  },
  set(name, value) {
    fake.settings[name] = value;
    const affectsConfiguration = (asked) => `cloudtrail-policylint.${name}`.startsWith(asked);
    events.onDidChangeConfiguration.fire({ affectsConfiguration });
  },
  trust() {
    fake.trusted = true;
    events.onDidGrantWorkspaceTrust.fire();
  },
};

const workspace = {
  get isTrusted() {
    return fake.trusted;
  },
  get workspaceFolders() {
    return fake.folders.map((folder, index) => ({
      uri: Uri.file(folder),
      name: path.basename(folder),
      index,
    }));
  },
  get textDocuments() {
    return fake.documents;
  },
  getConfiguration(section) {
    const all = { "cloudtrail-policylint": fake.settings };
    const found = section ? (all[section] ?? {}) : all;
    return { ...found, get: (name, otherwise) => found[name] ?? otherwise };
  },
  onDidChangeConfiguration: event("onDidChangeConfiguration"),
  onDidGrantWorkspaceTrust: event("onDidGrantWorkspaceTrust"),
  onDidChangeWorkspaceFolders: event("onDidChangeWorkspaceFolders"),
  onDidOpenTextDocument: event("onDidOpenTextDocument"),
};

const api = {
  version: "1.91.0",
  Disposable,
  EventEmitter,
  CancellationTokenSource,
  Uri,
  Position,
  Range,
  Diagnostic,
  DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2, Hint: 3 },
  env: { appName: "fake", language: "en", uriScheme: "fake" },
  workspace: new Proxy(workspace, {
    get: (target, name) => {
      if (name in target) return target[name];
      return /^on[A-Z]/.test(String(name)) ? event(String(name)) : nothing;
    },
  }),
  window: new Proxy(
    {
      createOutputChannel: () => ({
        info: (text) => fake.logged.push(text),
        warn: (text) => fake.logged.push(text),
        error: (text) => fake.logged.push(text),
        debug: () => undefined,
        trace: () => undefined,
        append: () => undefined,
        appendLine: (text) => fake.logged.push(text),
        show: () => fake.logged.push("(shown)"),
        onDidChangeLogLevel: new EventEmitter().event,
        logLevel: 3,
        dispose: () => undefined,
      }),
      showErrorMessage: (text, ...buttons) => {
        fake.messages.push({ text, buttons });
        fake.changed.fire();
        return Promise.resolve(buttons.includes(fake.press) ? fake.press : undefined);
      },
      visibleTextEditors: [],
      tabGroups: {
        all: [],
        onDidChangeTabs: new EventEmitter().event,
        onDidChangeTabGroups: new EventEmitter().event,
      },
      createTerminal: () => ({
        show: () => undefined,
        sendText: (text, run) => fake.typed.push({ text, run }),
      }),
    },
    { get: (target, name) => (name in target ? target[name] : nothing) },
  ),
  languages: new Proxy(
    {
      match: (selector, document) =>
        selector.some(
          (one) => one.scheme === document.uri.scheme && one.language === document.languageId,
        )
          ? 10
          : 0,
      createDiagnosticCollection: () => ({
        set: (uri, found) => {
          fake.diagnostics.set(uri.fsPath, found);
          fake.changed.fire();
        },
        delete: (uri) => fake.diagnostics.delete(uri.fsPath),
        clear: () => fake.diagnostics.clear(),
        dispose: () => fake.diagnostics.clear(),
      }),
    },
    { get: (target, name) => (name in target ? target[name] : nothing) },
  ),
  commands: {
    registerCommand: (name, act) => {
      fake.commands.set(name, act);
      return new Disposable(() => fake.commands.delete(name));
    },
    executeCommand: (name, ...given) => {
      fake.typed.push({ command: name, given });
      return Promise.resolve();
    },
  },
  extensions: {
    getExtension: () =>
      fake.interpreter && {
        activate: () =>
          Promise.resolve({
            environments: {
              getActiveEnvironmentPath: () => ({ path: fake.interpreter }),
              resolveEnvironment: ({ path: file }) =>
                Promise.resolve({ executable: { uri: Uri.file(file) } }),
              onDidChangeActiveEnvironmentPath: event("onDidChangeActiveEnvironmentPath"),
            },
          }),
      },
  },
  fake,
};

module.exports = new Proxy(api, { get: (target, name) => (name in target ? target[name] : nothing) });
