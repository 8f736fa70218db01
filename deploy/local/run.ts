import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface RunOptions {
  timeoutMs: number;
  /** Added to this process's own environment. */
  env?: Record<string, string>;
}

/** Runs a command to its end and answers with what it printed; when it fails, the error says why in its last lines. */
export function run(program: string, args: string[], options: RunOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = environment(options.env);
    const limits = { timeout: options.timeoutMs, maxBuffer: 16 * 1024 * 1024, env };
    execFile(program, args, limits, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const why = error.killed
        ? `no end after ${options.timeoutMs} ms`
        : lastLines(stderr || stdout || error.message);
      reject(new Error(`${program} failed: ${why}`));
    });
  });
}

export function lastLines(text: string, count = 8): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

/** This process's environment; its PATH also has the folders of servers, which a user's own PATH may lack. */
export function environment(added: Record<string, string> = {}): NodeJS.ProcessEnv {
  return { ...process.env, PATH: searchPath().join(delimiter), ...added };
}

/** Whether a command can be found, or, for a name with a slash, whether the file exists. */
export function isPresent(what: string): boolean {
  if (what.includes('/')) return existsSync(what);
  return searchPath().some((folder) => isExecutable(join(folder, what)));
}

function searchPath(): string[] {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin'];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
