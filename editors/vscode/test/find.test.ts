import assert from "node:assert/strict";
import { test } from "node:test";
import { findServer, type Machine, type Workspace } from "../src/find";

function machine(files: string[], more: Partial<Machine> = {}): Machine {
  return {
    platform: "linux",
    home: "/home/ana",
    searchPath: "/usr/bin:/home/ana/.local/bin",
    isExecutable: (file) => files.includes(file),
    ...more,
  };
}

function workspace(more: Partial<Workspace> = {}): Workspace {
  return { folders: ["/home/ann/one", "/home/ann/two"], trusted: true, setting: "", interpreter: undefined, ...more };
}

const NAME = "cloudtrail-policylint";
const SELECTED = `/envs/lint/bin/${NAME}`;
const DOT_VENV = `/home/ann/one/.venv/bin/${NAME}`;
const VENV = `/home/ann/one/venv/bin/${NAME}`;
const SECOND = `/home/ann/two/.venv/bin/${NAME}`;
const LOCAL = `/home/ana/.local/bin/${NAME}`;

test("the nearest server is found, and what is nearer wins", () => {
  const order = [SELECTED, DOT_VENV, VENV, SECOND, LOCAL];
  for (const [index, command] of order.entries()) {
    const found = findServer(
      machine(order.slice(index)),
      workspace({ interpreter: "/envs/lint/bin/python" }),
    );
    assert.equal(found.kind, "found");
    assert.equal(found.command, command);
  }
});

test("nothing that comes with a workspace is started if that is not trusted", () => {
  const inWorkspace = "/home/ann/one/bin";
  const files = [DOT_VENV, VENV, SECOND, SELECTED, `${inWorkspace}/${NAME}`, `/home/ann/one/${NAME}`];
  const searchPath = `${inWorkspace}:/home/ann/one:.:bin::/usr/bin`;
  const open = { interpreter: "/envs/lint/bin/python" };
  const untrusted = workspace({ ...open, trusted: false });
  assert.deepEqual(findServer(machine(files, { searchPath }), untrusted), {
    kind: "not installed",
    command: NAME,
    interpreter: undefined,
  });
  const elsewhere = findServer(machine([...files, `/usr/bin/${NAME}`], { searchPath }), untrusted);
  assert.equal(elsewhere.command, `/usr/bin/${NAME}`);
  const beside = findServer(
    machine([`/home/ann/one-more/${NAME}`], { searchPath: "/home/ann/one-more" }),
    untrusted,
  );
  assert.equal(beside.kind, "found");
});

test("a relative folder of the PATH is not searched, as it depends on where one is", () => {
  const found = findServer(machine([`./${NAME}`, NAME, `bin/${NAME}`], { searchPath: ".:bin:" }), workspace());
  assert.equal(found.kind, "not installed");
});

test("the setting wins, with what stands for a folder in it", () => {
  const cases: [string, string][] = [
    ["/opt/lint", "/opt/lint"],
    ["~/lint", "/home/ana/lint"],
    ["${workspaceFolder}/tools/lint", "/home/ann/one/tools/lint"],
    ["tools/lint", "/home/ann/one/tools/lint"],
    ["  /opt/lint ", "/opt/lint"],
    ["/opt/~/lint", "/opt/~/lint"],
  ];
  for (const [setting, command] of cases) {
    const found = findServer(machine([command, DOT_VENV]), workspace({ setting }));
    assert.deepEqual(found, { kind: "found", command, from: "the setting" });
  }
});

test("a setting that is wrong is said, and nothing else is started", () => {
  const found = findServer(machine([DOT_VENV, LOCAL]), workspace({ setting: "~/nowhere" }));
  assert.deepEqual(found, {
    kind: "wrong setting",
    command: "/home/ana/nowhere",
    interpreter: undefined,
  });
});

test("what is not installed can be installed into the environment that is there", () => {
  const python = "/home/ann/two/venv/bin/python";
  assert.deepEqual(findServer(machine([python]), workspace()), {
    kind: "not installed",
    command: NAME,
    interpreter: python,
  });
});

test("the commands of an environment are elsewhere on Windows", () => {
  const files = [`C:\\work\\.venv\\Scripts\\${NAME}.exe`, `C:\\tools\\${NAME}.exe`];
  const windows: Partial<Machine> = {
    platform: "win32",
    home: "C:\\Users\\ana",
    searchPath: "C:\\Windows;C:\\tools;c:\\WORK\\bin",
  };
  const known = workspace({ folders: ["C:\\work"] });
  assert.equal(findServer(machine(files, windows), known).command, files[0]);
  const untrusted = { ...known, trusted: false };
  assert.equal(findServer(machine(files, windows), untrusted).command, files[1]);
  const own = [`c:\\WORK\\bin\\${NAME}.exe`];
  assert.equal(findServer(machine(own, windows), untrusted).kind, "not installed");
});

test("without a folder there is still the PATH", () => {
  const found = findServer(machine([LOCAL]), workspace({ folders: [] }));
  assert.equal(found.command, LOCAL);
});
