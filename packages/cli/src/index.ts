export { loadDevConfig, type DevConfig } from './dev/dev-config.ts';
export { startDev, type Dev } from './dev/start-dev.ts';
export { runCli, type CliSurroundings } from './run-cli.ts';
