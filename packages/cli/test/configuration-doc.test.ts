import { adminPlatformConfigSchema } from '@longwire/admin-platform';
import { authConfigSchema } from '@longwire/auth-service';
import { pushRouteConfigSchema } from '@longwire/push-route';
import { pushServerConfigSchema } from '@longwire/push-server';
import { describeConfig, type ConfigRow } from '@longwire/service-kit';
import { upstreamConsumerConfigSchema } from '@longwire/upstream-consumer';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';

const schemas = {
  auth: authConfigSchema,
  push: pushServerConfigSchema,
  route: pushRouteConfigSchema,
  consumer: upstreamConsumerConfigSchema,
  admin: adminPlatformConfigSchema,
};
const page = new URL('../../../docs/configuration.md', import.meta.url).pathname;

const introduction = `# Configuration

Every role reads the same settings, from the environment or from a JSON file (\`LONGWIRE_CONFIG\` names it); the environment wins. In the
file a setting \`redis.url\` stands as \`{ "redis": { "url": … } }\`. A setting that is wrong or not known is told with its key, what was given and what is allowed,
and the process exits with 2; \`longwire config check\` tells it without starting anything.

An empty address of Redis, ZooKeeper or Kafka means the embedded adapter, which works in one process only: \`longwire dev\`.

This page is written by a test (\`npx vitest run packages/cli/test/configuration-doc.test.ts -u\`).
`;

function rowsBySection(): Map<string, (ConfigRow & { roles: string[] })[]> {
  const rows = new Map<string, ConfigRow & { roles: string[] }>();
  for (const [role, schema] of Object.entries(schemas)) {
    for (const row of describeConfig(schema)) {
      const known = rows.get(row.key);
      if (known) known.roles.push(role);
      else rows.set(row.key, { ...row, roles: [role] });
    }
  }
  return Map.groupBy(rows.values(), ({ key }) => key.split('.')[0]!);
}

function cell(text: string): string {
  return text.replaceAll(/[|*_]/g, '\\$&').replaceAll('<', '&lt;');
}

/** What another machine would not have: the default names of nodes hold its host's. */
function defaultOf({ key, default: value, required }: ConfigRow): string {
  if (key.endsWith('.nodeId')) return 'from the host name';
  return value === null ? (required ? 'none: must be set' : 'not set') : `\`${value}\``;
}

/** A format is described in words in `allowed` already. */
function noteOf({ allowed, description }: ConfigRow): string {
  return description === '' || allowed.includes(description) ? '' : `. ${cell(description)}`;
}

it('docs/configuration.md names every setting of every role', async () => {
  const sections = [...rowsBySection()].map(([section, rows]) => {
    const lines = rows.map(
      (row) =>
        `| \`${row.key}\` | \`${row.env}\` | ${cell(defaultOf(row))} | ${cell(row.allowed)}${noteOf(row)} |`,
    );
    const head = '| key | environment | default | allowed |\n| --- | --- | --- | --- |';
    return `## ${section}\n\nRoles: ${rows[0]!.roles.join(', ')}.\n\n${head}\n${lines.join('\n')}\n`;
  });
  const options = { ...(await resolveConfig(page)), filepath: page };
  await expect(await format([introduction, ...sections].join('\n'), options)).toMatchFileSnapshot(page);
});
