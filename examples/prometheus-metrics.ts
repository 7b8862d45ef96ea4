// The figures of a pool in the text format of Prometheus, by OpenTelemetry. Prometheus reads them from the address that
// this program serves; here, the program reads them itself.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Pool } from "@manyhands/process";
import { instrument } from "@manyhands/process/otel";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";

function reciprocal(n: number): number {
  if (n === 0) throw new RangeError("no number is 1 / 0");
  return 1 / n;
}

const exporter = new PrometheusExporter({ preventServerStart: true });
const stopInstrumenting = instrument({ meterProvider: new MeterProvider({ readers: [exporter] }) });
const server = createServer((request, response) => exporter.getMetricsRequestHandler(request, response));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

const pool = new Pool(2);
await Promise.allSettled([4, 2, 0].map((n) => pool.apply(reciprocal, [n])));

const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`);
const shown = /^manyhands_pool_(task_count|worker_max|worker_restarts)|^messaging_client_consumed/;
for (const line of (await response.text()).split("\n").filter((each) => shown.test(each))) {
  console.log(line.replace(/(otel_scope_name|messaging_(system|destination_name))="[^"]*",?/g, "").replace(",}", "}"));
}

stopInstrumenting();
server.closeAllConnections();
server.close();
pool.close();
await pool.join();
await exporter.shutdown();

// Output:
// messaging_client_consumed_messages_total{messaging_operation_name="apply"} 2
// messaging_client_consumed_messages_total{messaging_operation_name="apply",error_type="RangeError"} 1
// manyhands_pool_task_count{manyhands_pool_name="Pool-1",manyhands_pool_task_state="queued"} 0
// manyhands_pool_task_count{manyhands_pool_name="Pool-1",manyhands_pool_task_state="running"} 0
// manyhands_pool_worker_max{manyhands_pool_name="Pool-1"} 2
// manyhands_pool_worker_restarts_total{manyhands_pool_name="Pool-1",manyhands_pool_restart_reason="crashed"} 0
// manyhands_pool_worker_restarts_total{manyhands_pool_name="Pool-1",manyhands_pool_restart_reason="recycled"} 0
