import { adminPlatformConfigSchema } from '@longwire/admin-platform';
import { authConfigSchema, checkAuthConfig } from '@longwire/auth-service';
import { redisProblems } from '@longwire/cluster';
import { checkPushRouteConfig, pushRouteConfigSchema } from '@longwire/push-route';
import { checkPushServerConfig, pushServerConfigSchema } from '@longwire/push-server';
import { clusterSettings, loadConfig, logSettings, tlsProblems } from '@longwire/service-kit';
import { upstreamConsumerConfigSchema } from '@longwire/upstream-consumer';
import { Type, type Static, type TObject } from 'typebox';

/** Every role's settings in one, with other defaults where one process on one machine needs nothing to be set. */
function devConfigSchema(clusterSecret: string) {
  return Type.Object({
    ...authConfigSchema.properties,
    ...pushServerConfigSchema.properties,
    ...pushRouteConfigSchema.properties,
    ...upstreamConsumerConfigSchema.properties,
    ...adminPlatformConfigSchema.properties,
    cluster: withDefault(clusterSettings, 'secret', clusterSecret),
    log: withDefault(logSettings, 'level', 'warn'),
  });
}

export type DevConfig = Static<ReturnType<typeof devConfigSchema>>;

/** The settings of a cluster in one process. An empty address of a backend means its embedded adapter. @throws ConfigError */
export function loadDevConfig(env: NodeJS.ProcessEnv, clusterSecret: string): DevConfig {
  const check = (config: DevConfig) => [
    ...checkAuthConfig(config),
    ...checkPushServerConfig(config),
    ...checkPushRouteConfig(config),
    ...tlsProblems(config),
    ...redisProblems(config.redis),
  ];
  return loadConfig(devConfigSchema(clusterSecret), { env, check });
}

function withDefault<Schema extends TObject>(schema: Schema, key: string, value: string): Schema {
  const properties = { ...schema.properties, [key]: { ...schema.properties[key], default: value } };
  return Type.Object(properties) as TObject as Schema;
}

/** The ports that the roles listen on, with the key that changes each and its TLS. */
export function listeningPorts({ auth, push, route, admin, consumer }: DevConfig) {
  const http = { auth, push, route, admin, consumer };
  return [
    { key: 'push.port', env: 'LONGWIRE_PUSH_PORT', host: push.host, port: push.port, tls: push.tls },
    ...Object.entries(http).map(
      ([
        role,
        {
          http: { host, port, tls },
        },
      ]) => ({
        key: `${role}.http.port`,
        env: `LONGWIRE_${role.toUpperCase()}_HTTP_PORT`,
        ...{ host, port, tls },
      }),
    ),
  ];
}
