// validate.mjs FILE... - each document of the YAML files is an object as the Kubernetes API takes it.
//
// Twice, since neither check alone does what the API server's does: the schema's validators know ranges and formats,
// and let pass what they do not know; the types know no ranges, and refuse what they do not know.
// Run where node_modules is.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const { parseAllDocuments } = require("yaml");
const faults = [];
const typed = [];

function modelOf(object) {
  const { apiVersion = "", kind = "" } = object ?? {};

  if (!/^[a-z0-9./]+$/.test(apiVersion) || !/^[A-Za-z]+$/.test(kind))
    throw new Error(`no apiVersion and kind, but "${apiVersion}" and "${kind}"`);
  return `kubernetes-models/${apiVersion}/${kind}`;
}

function check(file, index, document) {
  const [fault] = [...document.errors, ...document.warnings];

  if (fault) throw fault;
  const object = document.toJS();
  const model = modelOf(object);
  new (require(model)[object.kind])(object).validate();
  const name = `object${typed.length}`;
  typed.push(
    `import type { I${object.kind} as I${name} } from "${model}";`,
    `/* ${basename(file)}, document ${index + 1} */ export const ${name}: I${name} = ${JSON.stringify(object)};`,
  );
}

for (const file of process.argv.slice(2)) {
  const documents = parseAllDocuments(readFileSync(file, "utf8"), { strict: true, uniqueKeys: true });

  if (documents.length === 0) faults.push(`${file}: nothing in it`);
  documents.forEach((document, index) => {
    try {
      check(file, index, document);
    } catch (error) {
      faults.push(`${file}, document ${index + 1}: ${error.message}`);
    }
  });
}

const source = join(mkdtempSync(join(process.cwd(), "typed-")), "objects.ts");
writeFileSync(source, typed.join("\n") + "\n");
try {
  execFileSync(
    process.execPath,
    [require.resolve("typescript/bin/tsc"), "--noEmit", "--strict", "--skipLibCheck",
      "--module", "node16", "--moduleResolution", "node16", source],
    { encoding: "utf8" },
  );
} catch (error) {
  faults.push(error.stdout || error.message);
}
if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exit(1);
}
