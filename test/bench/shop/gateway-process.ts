// A process of our gateway over the shop, every stage on: limits, token, gate, metrics, compiled execution.
import { pino } from 'pino';
import { readConfig } from '../../../gateway/config.ts';
import { signing, unsigned } from '../../../gateway/identify.ts';
import { openPrincipalKeys } from '../../../gateway/principal-keys.ts';
import { remoteSubgraph } from '../../../gateway/remote-subgraph.ts';
import { startGateway } from '../../../gateway/start.ts';
import type { Principal } from '../../../schema/principal.ts';
import { runChild } from '../child-side.ts';
import type { UrlReady } from '../subgraphs-process.ts';
import { SHOP, SHOP_QUERIES, shopSupergraph } from './schema.ts';

export interface ShopGatewaySettings {
  readonly subgraphsUrl: string;
  readonly dataFolder: string;
  /** SIGNED: in every sub-request a token that proves the principal, as between our own hosts. PLAIN: the actor's name in its place. */
  readonly identity: 'SIGNED' | 'PLAIN';
}

const shopper = (actorId: string): Principal => ({
  actorId,
  kind: 'MANAGER',
  customerId: 'shop',
  grants: [{ functions: ['PRODUCT_VIEW'], scope: { kind: 'CUSTOMER' } }],
  grantVersion: '1',
});

await runChild<ShopGatewaySettings>(async ({ subgraphsUrl, dataFolder, identity }) => {
  const config = readConfig({
    PORT: '0',
    MODE: 'demo',
    METRICS: 'on',
    SHARE_CALLS: 'off',
    LOG_LEVEL: 'error',
    DATA_FOLDER: dataFolder,
  });
  const log = pino({ level: 'error' }, pino.destination(2));
  const keys = await openPrincipalKeys(config);
  const identify =
    identity === 'SIGNED' ? signing(keys.signing, Date.now) : unsigned(({ principal }) => principal.actorId);
  const subgraphs = Object.entries(SHOP).map(([name, sdl]) =>
    remoteSubgraph({
      name,
      sdl,
      url: `${subgraphsUrl}/${name}`,
      identify,
      now: Date.now,
      maxAnswerBytes: config.subgraphMaxAnswerBytes,
      onFault: (fault) => log.error(fault, 'subgraph failed'),
    }),
  );
  const gateway = await startGateway({
    config,
    supergraphSdl: shopSupergraph(subgraphsUrl),
    subgraphs,
    elsewhere: new Set(Object.keys(SHOP)),
    grants: { read: async (actorId) => shopper(actorId) },
    // nothing of the shop is public, so nothing is kept
    responseStore: { get: async () => undefined, set: async () => undefined },
    health: [],
    operations: Object.entries(SHOP_QUERIES).map(([name, text]) => ({
      client: 'shop',
      name,
      title: name,
      text,
      variables: '',
    })),
    log,
  });
  return {
    ready: { url: `${gateway.url}/graphql` } satisfies UrlReady,
  };
});
