// Decides requests, one simulation of JSON a line on standard input, with @cloud-copilot/iam-simulate as it is
// installed in the folder given, and prints its answer to each on a line. The engine itself is asked: what the package
// exports leaves out context that it does not know, or session and endpoint policies.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const packages = join(process.argv[2], "node_modules/@cloud-copilot");
const load = (path) => import(pathToFileURL(join(packages, path)));
const { authorize } = await load("iam-simulate/dist/esm/core_engine/CoreSimulatorEngine.js");
const { AwsRequestImpl } = await load("iam-simulate/dist/esm/request/request.js");
const { RequestContextImpl } = await load("iam-simulate/dist/esm/requestContext.js");
const { DiscoveryContextKeyConstraints } = await load(
  "iam-simulate/dist/esm/context_keys/discoveryContextKeyConstraints.js",
);
const { loadPolicy } = await load("iam-policy/dist/esm/index.js");

const one = (policy, name) => (policy ? loadPolicy(policy, { name }) : undefined);
const all = (policies) => policies?.map(({ name, policy }) => one(policy, name));
const levels = (given) =>
  given.map(({ orgIdentifier, policies }) => ({ orgIdentifier, policies: all(policies) }));
const unconstrained = new DiscoveryContextKeyConstraints([]);

function decide(simulation) {
  const { principal, action, resource, contextVariables } = simulation.request;
  const context = new RequestContextImpl(contextVariables);
  const withoutResourceType = resource.resource === "*";
  return authorize({
    request: new AwsRequestImpl(principal, resource, action, context, withoutResourceType),
    sessionPolicy: one(simulation.sessionPolicy, "session"),
    identityPolicies: all(simulation.identityPolicies),
    serviceControlPolicies: levels(simulation.serviceControlPolicies),
    resourceControlPolicies: levels(simulation.resourceControlPolicies),
    resourcePolicy: one(simulation.resourcePolicy, "resource"),
    permissionBoundaries: all(simulation.permissionBoundaryPolicies),
    vpcEndpointPolicies: all(simulation.vpcEndpointPolicies),
    simulationParameters: { simulationMode: "Strict", discoveryContextKeyConstraints: unconstrained },
    serviceSettings: { s3: {} },
  }).result;
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = decide(JSON.parse(line));
  } catch (error) {
    answer = `error: ${String(error).split("\n")[0]}`;
  }
  console.log(answer);
}
