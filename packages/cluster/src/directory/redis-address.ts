const host = '([^:/,@\\s\\[\\]]+|\\[[0-9A-Fa-f:.]+\\])(:[1-9][0-9]{0,4})?';

/** What `redis.url` must look like. */
export const redisUrlPattern = `^$|^rediss?://(\\S*@)?${host}(,${host}){0,30}(/[0-9]{1,3})?$`;

export interface RedisAddress {
  readonly servers: readonly { readonly host: string; readonly port: number }[];
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
}

const defaultPort = { single: 6379, cluster: 6379, sentinel: 26_379 };

/** Takes a URL of `redisUrlPattern` apart. `mode` says what its servers are, and so their default port. */
export function parseRedisUrl(url: string, mode: keyof typeof defaultPort): RedisAddress {
  const [, scheme, user, servers = '', database = '0'] =
    /^(rediss?):\/\/(?:(\S*)@)?([^/@\s]+)(?:\/([0-9]+))?$/.exec(url) ?? [];
  const [username = '', ...password] = (user ?? '').split(':');
  return {
    servers: servers.split(',').map((server) => {
      const { hostname, port } = new URL(`redis://${server}`);
      return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || defaultPort[mode]) };
    }),
    tls: scheme === 'rediss',
    username: decoded(username) || undefined,
    password: decoded(password.join(':')) || undefined,
    database: Number(database),
  };
}

/** A word with a percent sign that encodes nothing is taken as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
