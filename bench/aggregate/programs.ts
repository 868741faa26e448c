import { fileURLToPath } from "node:url";

/** A program that is measured. See the README for what it may expect and what is expected of it. */
export interface Program {
  name: string;
  /** Run by bash, with the `BENCH_*` variables in the environment. */
  command: string;
  /** False for a floor, which only reads. */
  writesWindows: boolean;
  /** False for one that goes on at the log's end: it is told to stop when all windows are there. */
  endsByItself: boolean;
}

/** Spark reaches into the JDK; the list is that of its own launcher. */
const opened = [
  ..."lang lang.invoke lang.reflect io net nio util util.concurrent util.concurrent.atomic".split(" ").map(javaPackage),
  ..."sun.nio.ch sun.nio.cs sun.security.action sun.util.calendar".split(" "),
].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`);

/** The programs of this folder. @param buildDir where Maven put the Java ones */
export function peers(buildDir: string): Program[] {
  const kafka = java(`${buildDir}/kafka/lib`, "-Xms1g -Xmx1g");
  const spark = java(`${buildDir}/spark/lib`, `-Xms2g -Xmx2g ${opened.join(" ")}`);
  const floor = fileURLToPath(new URL("kafkajs-floor.ts", import.meta.url));
  const programs = [
    { name: "java-bytes", command: `${kafka} velib.bench.kafka.Floor bytes`, writesWindows: false },
    { name: "java-parse", command: `${kafka} velib.bench.kafka.Floor parse`, writesWindows: false },
    { name: "kafkajs-bytes", command: `'${process.execPath}' '${floor}' bytes`, writesWindows: false },
    { name: "kafkajs-parse", command: `'${process.execPath}' '${floor}' parse`, writesWindows: false },
    { name: "java-plain", command: `${kafka} velib.bench.kafka.PlainWindows`, writesWindows: true },
    { name: "kafka-streams", command: `${kafka} velib.bench.kafka.StreamsWindows`, writesWindows: true },
    { name: "spark", command: `${spark} velib.bench.spark.SparkWindows`, writesWindows: true },
  ];
  return programs.map((program) => ({ ...program, endsByItself: true }));
}

/** A collector without threads of its own costs the least CPU. */
function java(libraries: string, options: string): string {
  return `java -XX:+UseSerialGC -XX:-UsePerfData ${options} -cp '${libraries}/*'`;
}

function javaPackage(name: string): string {
  return `java.${name}`;
}
