// Finds the command that is the language server.

import * as path from "node:path";

const NAME = "cloudtrail-policylint";
const ENVIRONMENTS = [".venv", "venv"];

/** What the machine has. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** The variable `PATH`. */
  readonly searchPath: string;
  readonly isExecutable: (file: string) => boolean;
}

/** What the editor knows. */
export interface Workspace {
  readonly folders: readonly string[];
  readonly trusted: boolean;
  /** The setting `cloudtrail-policylint.server`. */
  readonly setting: string;
  /** The interpreter that is selected in the Python extension. */
  readonly interpreter: string | undefined;
}

/** The server's command, and where it was found. */
export interface Found {
  readonly kind: "found";
  readonly command: string;
  readonly from: string;
}

/** Why there is no server: a setting that is wrong, or nothing is installed. */
export interface Missing {
  readonly kind: "wrong setting" | "not installed";
  readonly command: string;
  /** The interpreter of the environment to install the server into. */
  readonly interpreter: string | undefined;
}

/** The server to start: of the setting, of the Python environment, or on the `PATH`. */
export function findServer(machine: Machine, workspace: Workspace): Found | Missing {
  const setting = workspace.setting.trim();
  if (setting) {
    const command = withPlaceholders(setting, machine, workspace);
    return machine.isExecutable(command)
      ? { kind: "found", command, from: "the setting" }
      : { kind: "wrong setting", command, interpreter: undefined };
  }
  const environments = workspace.trusted ? environmentsOf(machine, workspace) : [];
  for (const { folder, from } of [...environments, ...searched(machine, workspace)]) {
    const command = joined(machine, folder, executable(machine, NAME));
    if (machine.isExecutable(command)) return { kind: "found", command, from };
  }
  const interpreter = environments
    .map(({ folder }) => joined(machine, folder, executable(machine, "python")))
    .find((file) => machine.isExecutable(file));
  return { kind: "not installed", command: NAME, interpreter };
}

interface Place {
  readonly folder: string;
  readonly from: string;
}

/** The folders with the commands of Python environments, the selected one first. */
function environmentsOf(machine: Machine, workspace: Workspace): Place[] {
  const places: Place[] = [];
  if (workspace.interpreter) {
    const folder = paths(machine).dirname(workspace.interpreter);
    places.push({ folder, from: "the selected Python environment" });
  }
  const commands = machine.platform === "win32" ? "Scripts" : "bin";
  for (const folder of workspace.folders) {
    for (const name of ENVIRONMENTS) {
      places.push({ folder: joined(machine, folder, name, commands), from: name });
    }
  }
  return places;
}

/** The folders of the `PATH`; of one that is not trusted none of the workspace's own. */
function searched(machine: Machine, workspace: Workspace): Place[] {
  const own = workspace.trusted ? [] : workspace.folders;
  return machine.searchPath
    .split(paths(machine).delimiter)
    .filter((folder) => paths(machine).isAbsolute(folder))
    .filter((folder) => !own.some((one) => isWithin(machine, folder, one)))
    .map((folder) => ({ folder, from: "the PATH" }));
}

function isWithin(machine: Machine, inner: string, outer: string): boolean {
  const way = paths(machine).relative(outer, inner);
  return way === "" || !(way.startsWith("..") || paths(machine).isAbsolute(way));
}

function withPlaceholders(text: string, machine: Machine, workspace: Workspace): string {
  const folder = workspace.folders[0] ?? machine.home;
  const home = /^~(?=$|[\\/])/;
  const filled = text.replace(home, () => machine.home).replaceAll("${workspaceFolder}", folder);
  return paths(machine).resolve(folder, filled);
}

function executable(machine: Machine, name: string): string {
  return machine.platform === "win32" ? `${name}.exe` : name;
}

function joined(machine: Machine, ...parts: string[]): string {
  return paths(machine).join(...parts);
}

function paths(machine: Machine): path.PlatformPath {
  return machine.platform === "win32" ? path.win32 : path.posix;
}
