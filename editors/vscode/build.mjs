// Bundles the extension into dist/ and its tests into out/, and lists the licenses of what is bundled.
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const common = {
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  external: ["vscode", "../dist/extension.js"],
  logLevel: "warning",
};

rmSync("dist", { recursive: true, force: true });
rmSync("out", { recursive: true, force: true });
const made = await build({
  ...common,
  entryPoints: ["src/extension.ts"],
  outdir: "dist",
  minify: true,
  metafile: true,
});
await build({
  ...common,
  entryPoints: ["test/find.test.ts", "test/install.test.ts", "test/extension.test.ts"],
  outdir: "out",
});
cpSync("test/fake-vscode.cjs", "out/fake/vscode.js");

const folder = /^node_modules\/(?:@[^/]+\/)?[^/]+(?:\/node_modules\/(?:@[^/]+\/)?[^/]+)*/;
const folders = new Set();
for (const file of Object.keys(made.metafile.inputs)) {
  const found = folder.exec(file);
  if (found) folders.add(found[0]);
}
const notices = [...folders].sort().map((one) => {
  const { name, version, license } = JSON.parse(readFileSync(`${one}/package.json`, "utf8"));
  const names = ["LICENSE", "LICENSE.md", "LICENSE.txt", "License.txt"];
  const path = names.map((file) => `${one}/${file}`).find((file) => existsSync(file));
  if (!path) throw new Error(`${name} has no license file`);
  return `${name} ${version} (${license})\n\n${readFileSync(path, "utf8").trim()}\n`;
});
writeFileSync("dist/LICENSES.txt", notices.join("\n----\n\n"));
