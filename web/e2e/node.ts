// A real node for a test, started as a user would start it: the binary, its own directory, free ports.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const BINARY = resolve(process.env.KOLIBRI_BINARY ?? "../target/debug/kolibri");

export interface Options {
  /** Additional environment variables. */
  variables?: Record<string, string>;
  /** The size that no file may exceed, in blocks of 512 or 1024 bytes, as the shell counts: a disk that fills up. */
  limit?: number;
}

export class Node {
  /** `http://127.0.0.1:PORT` */
  url = "";
  /** `http://127.0.0.1:PORT/metrics` */
  metrics = "";
  readonly directory = mkdtempSync(join(tmpdir(), "kolibri-page-"));
  #process: ChildProcess | null = null;
  readonly #options: Options;

  private constructor(options: Options) {
    this.#options = options;
  }

  static async start(options: Options = {}): Promise<Node> {
    const node = new Node(options);
    await node.run("0");
    return node;
  }

  /** Starts the binary and waits until it listens. */
  async run(port: string): Promise<void> {
    const { limit } = this.#options;
    const limited = `trap '' XFSZ; ulimit -f ${limit}; exec "$0" serve`;
    const [program, args] = limit ? ["sh", ["-c", limited, BINARY]] : [BINARY, ["serve"]];
    const process = spawn(program, args, {
      stdio: ["ignore", "ignore", "pipe"],
      env: {
        PATH: globalThis.process.env.PATH,
        KOLIBRI_DATA_DIR: this.directory,
        KOLIBRI_HTTP_PORT: port,
        KOLIBRI_PROMETHEUS_HOST: "127.0.0.1",
        KOLIBRI_PROMETHEUS_PORT: "0",
        KOLIBRI_LOG_FORMAT: "json",
        ...this.#options.variables,
      },
    });
    this.#process = process;
    const listening = await new Promise<{ api: string; metrics: string }>((tell, fail) => {
      const log: string[] = [];
      createInterface(process.stderr).on("line", (line) => {
        log.push(line);
        const event = JSON.parse(line);
        if (event.message === "listening") tell(event);
      });
      process.once("exit", () => fail(new Error(`the node ended: ${log.join("\n")}`)));
    });
    this.url = listening.api;
    this.metrics = listening.metrics;
  }

  /** Ends the process; the directory stays. */
  async stop(): Promise<void> {
    const process = this.#process;
    if (!process || process.exitCode !== null) return;
    process.removeAllListeners("exit");
    process.kill("SIGTERM");
    await once(process, "exit");
  }

  /** Starts again at the same address. */
  async restart(): Promise<void> {
    await this.run(new URL(this.url).port);
  }

  async end(): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Calls the API as another client would. */
  async call(path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(`${this.url}/api/v1/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { "content-type": "application/json", ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  }

  async teach(stimulus: string, response: string): Promise<number> {
    const { body } = await this.call("teach", { stimulus, response });
    return body.block.index;
  }

  /** Makes a command fail, and returns its trace. */
  async fail(): Promise<string> {
    const { body } = await this.call("forget", { stimulus: "what was never taught" });
    return body.trace_id;
  }

  /** Teaches until the disk takes no more, and returns the trace of the command that broke the store. */
  async breakStore(): Promise<string> {
    for (;;) {
      const { status, body } = await this.call("teach", { stimulus: "long", response: "x".repeat(60_000) });
      if (status === 503) return body.trace_id;
    }
  }

  /** Runs a small drill to its end. */
  async drill(): Promise<string> {
    const { body } = await this.call("soaks", { minutes: 1, events_per_minute: 200 });
    for (;;) {
      const report = (await this.call(`soaks/${body.id}`)).body;
      if (report.state !== "running") return body.id;
      await new Promise((later) => setTimeout(later, 100));
    }
  }
}
