// A process of the Mercurius gateway, which speaks Federation 1: it gets the shop's schemas in that dialect.
import { runChild } from '../child-side.ts';
import type { UrlReady } from '../subgraphs-process.ts';
import { installed, type PeerSettings } from './peers-folder.ts';
import { SHOP } from './schema.ts';

interface Fastify {
  default(): {
    register(plugin: unknown, options: unknown): Promise<void>;
    listen(at: { readonly host: string; readonly port: number }): Promise<string>;
  };
}

/** Where a type is at home; elsewhere Federation 1 has it extended, its key external. */
const HOMES: Readonly<Record<string, keyof typeof SHOP>> = {
  User: 'users',
  Product: 'products',
  Review: 'reviews',
};

function federation1(name: string, sdl: string): string {
  const bare = sdl.replaceAll(/ @(?:access|owner|cacheControl)\([^)]*\)/g, '');
  return bare
    .replaceAll(
      /type (\w+)( @key\(fields: "(\w+)"\))? \{\n/g,
      (whole, type: string, directive = '', key = '') => {
        if (type === 'Query') return 'extend type Query {\n';
        return HOMES[type] === name ? whole : `extend type ${type}${directive} {\n#${key}\n`;
      },
    )
    .replaceAll(/#(\w+)\n {2}\1: (ID|String)!/g, '  $1: $2! @external');
}

await runChild<PeerSettings>(async ({ subgraphsUrl }) => {
  const { default: fastify } = await installed<Fastify>('fastify');
  const gateway = await installed<{ default: unknown }>('@mercuriusjs/gateway');
  const app = fastify();
  await app.register(gateway.default, {
    gateway: {
      services: Object.entries(SHOP).map(([name, sdl]) => ({
        name,
        url: `${subgraphsUrl}/${name}`,
        schema: federation1(name, sdl),
        rewriteHeaders: (headers: Readonly<Record<string, string>>) => ({
          authorization: headers.authorization,
        }),
      })),
    },
    jit: 1,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { ready: { url: `${url}/graphql` } satisfies UrlReady };
});
