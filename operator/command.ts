import { Command, InvalidArgumentError, Option } from "commander";
import { imagePullPolicies, type OperatorOptions } from "./operator-options.ts";

/** What runs it is loaded when it is called: its schemas and clients take most of a second. */
export function operatorCommand(): Command {
  const collect = (value: string, before: readonly string[]) => [...before, value];
  return new Command("operator")
    .description("Reconcile VelibPipelines and ModelTrainings of a Kubernetes cluster")
    .requiredOption("--image <image>", "image of the pods it makes")
    .addOption(
      new Option("--image-pull-policy <policy>", "when their image is pulled")
        .choices(imagePullPolicies)
        .default("IfNotPresent"),
    )
    .option(
      "--image-pull-secret <name>",
      "Secret to pull it with, in the pipelines' namespaces; repeatable",
      collect,
      [],
    )
    .option("--watch-namespace <namespace>", "reconcile this namespace only; repeatable", collect, [])
    .option("--port <port>", "port of metrics and probes", parsePort, 8080)
    .option("--no-leader-election", "run as the only one, without a lease")
    .option("--kubeconfig <file>", "kubeconfig; the pod's service account unless set")
    .addOption(
      new Option("--log-level <level>", "least level that is logged")
        .choices(["debug", "info", "warn", "error"])
        .default("info"),
    )
    .action(async (options: OperatorOptions) => {
      const { runOperator } = await import("./run-operator.ts");
      await runOperator(options, process.env);
    });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError("Expected a port: 0 (any that is free) to 65535.");
}
