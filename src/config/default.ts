/** What the service runs with when no file is given; `config.example.yaml` activates the same. */
export const DEFAULT_CONFIG = `\
receivers:
  otlp:
    protocols:
      grpc:
      http:
processors:
  memory_limiter:
connectors:
  topology:
extensions:
  http_api:
  storage:
service:
  extensions: [http_api, storage]
  pipelines:
    traces:
      receivers: [otlp]
      processors: [memory_limiter]
      exporters: [topology]
    logs:
      receivers: [otlp]
      processors: [memory_limiter]
      exporters: [topology]
`;
