export {
  ApiKeys,
  checkRole,
  createApiKey,
  credentialOf,
  requireApiKey,
  requireApiKeyOrClusterSecret,
  requireClusterSecret,
  unauthorized,
  type Guard,
  type Role,
} from './auth/guards.ts';
export { bearerToken, equalInConstantTime, newSecret, sha256 } from './auth/secrets.ts';
export { ConfigError, type ConfigProblem } from './config/config-error.ts';
export { describeConfig, loadConfig, type ConfigRow, type ConfigSource } from './config/load-config.ts';
export {
  advertisedHttpSection,
  apiKeySettings,
  apiKeysSettings,
  clusterSettings,
  httpSection,
  knownSections,
  logSettings,
  type ApiKeySettings,
  type ClusterSettings,
  type LogSettings,
} from './config/sections.ts';
export { acceptProtobuf, decodeProtobuf } from './http/protobuf.ts';
export { createHttpServer, type HttpServer, type HttpServerOptions } from './http/server.ts';
export {
  measureCalls,
  serveUpgrades,
  statusOfError,
  upgradesFor,
  type NodeUpgrade,
} from './http/upgrades.ts';
export type { HttpConnectionLimits } from './http/connection-limits.ts';
export type { ReadinessChecks } from './http/health.ts';
export type { ApiInfo } from './http/openapi.ts';
export { DeadlineExceeded, fullJitterMs, withDeadline } from './lifecycle/deadline.ts';
export { runMain, type Service } from './lifecycle/run-main.ts';
export { createLogger, describeError, type LoggerOptions } from './log/logger.ts';
export { createMetrics, type Metrics, type MetricsOptions } from './metrics/metrics.ts';
export { failedNodeCalls } from './metrics/node-calls.ts';
export { problemCatalogue, type ProblemCode } from './problem/catalogue.ts';
export {
  Problem,
  problemBody,
  problemResponses,
  type ProblemBody,
  type ProblemOptions,
} from './problem/problem.ts';
export type { ValueProblem } from './schema/value-problems.ts';
export { formatTraceparent, newTraceId, parseTraceparent } from './trace/trace.ts';
export {
  addTokenKey,
  createTokenKeySet,
  parseTokenKeySet,
  writeTokenKeySet,
  type TokenKeySet,
} from './tokens/key-set.ts';
export { tokenClockToleranceMs, type VerifiedToken } from './tokens/token-claims.ts';
export { tokenHeader, TokenKeys, type TokenKey } from './tokens/token-keys.ts';
export { TokenRefused, tokenRefusals, type TokenRefusal } from './tokens/token-refused.ts';
export { tokenSettings, type TokenSettings } from './tokens/token-settings.ts';
export { TokenVerifier } from './tokens/token-verifier.ts';
export { readCertificate } from './tls/certificate-files.ts';
export { Certificates } from './tls/certificates.ts';
export type { Certificate } from './tls/certificate.ts';
export type { ServerTls } from './tls/server-tls.ts';
export { TlsAcceptor } from './tls/tls-acceptor.ts';
export { tlsProblems, tlsSettings, type TlsSettings } from './tls/tls-settings.ts';
export { networkOf } from './net/network-of.ts';
export { openFilesLimit } from './net/open-files.ts';
export { longwireVersion } from './version.ts';
