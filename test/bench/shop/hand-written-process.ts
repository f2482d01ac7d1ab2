// What somebody would write by hand for the shop's two queries: the calls that our plan makes, and nothing general.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { runChild } from '../child-side.ts';
import type { UrlReady } from '../subgraphs-process.ts';
import type { SHOP } from './schema.ts';

export interface HandWrittenSettings {
  readonly subgraphsUrl: string;
}

interface User {
  readonly id: string;
  readonly handle?: string;
  readonly fullName?: string;
  readonly reviews?: readonly Review[];
}
interface Product {
  readonly sku: string;
  readonly title?: string;
  readonly cents?: number;
  readonly grams?: number;
  readonly inStock?: boolean;
  readonly postage?: number;
  readonly reviews?: readonly Review[];
}
interface Review {
  readonly id: string;
  readonly text: string;
  readonly stars: number;
  readonly author?: User;
  readonly product?: Product;
}

type Name = keyof typeof SHOP;
type Ask = <Data>(name: Name, query: string, representations?: readonly object[]) => Promise<Data>;

const CONNECTIONS = 64;

const USERS = '{users{id handle fullName}}';
const TOP = '{topProducts{sku title cents grams}}';
const SMALL = '{topProducts(first:3){sku title cents}}';
const BELOW_AUTHOR = 'author{id reviews{id text stars product{sku}}}';
const entities = (type: string, fields: string): string =>
  `query($representations:[_Any!]!){_entities(representations:$representations){...on ${type}{${fields}}}}`;
const OF_USERS = entities(
  'User',
  `reviews{id text stars product{sku reviews{id text stars ${BELOW_AUTHOR}}}}`,
);
const OF_PRODUCTS = entities('Product', `reviews{id text stars ${BELOW_AUTHOR}}`);
const NAMED_USER = entities('User', 'handle fullName');
const DESCRIBED = entities('Product', 'title cents grams');
const STOCKED = entities('Product', 'inStock');
const SENT = entities('Product', 'postage');
const STOCKED_AND_SENT = entities('Product', 'inStock postage');

type Entities<Each> = { readonly _entities: readonly Each[] };

/** Every product and author below the reviews, once each. */
function gather(reviews: readonly Review[], skus: Set<string>, ids: Set<string>): void {
  for (const { product, author } of reviews) {
    if (product !== undefined) skus.add(product.sku);
    if (author !== undefined) ids.add(author.id);
    gather(product?.reviews ?? [], skus, ids);
    gather(author?.reviews ?? [], skus, ids);
  }
}

async function deep(ask: Ask) {
  const [{ users }, { topProducts }] = await Promise.all([
    ask<{ users: readonly User[] }>('users', USERS),
    ask<{ topProducts: readonly Product[] }>('products', TOP),
  ]);
  const userRefs = users.map(({ id }) => ({ __typename: 'User', id }));
  const topRefs = topProducts.map(({ sku }) => ({ __typename: 'Product', sku }));
  const topParcels = topProducts.map(({ sku, cents, grams }) => ({
    __typename: 'Product',
    sku,
    cents,
    grams,
  }));
  const [ofUsers, ofProducts, topStock] = await Promise.all([
    ask<Entities<User>>('reviews', OF_USERS, userRefs),
    ask<Entities<Product>>('reviews', OF_PRODUCTS, topRefs),
    ask<Entities<Product>>('inventory', STOCKED_AND_SENT, topParcels),
  ]);
  const skus = new Set<string>();
  const ids = new Set<string>();
  for (const each of [...ofUsers._entities, ...ofProducts._entities]) gather(each.reviews ?? [], skus, ids);
  const skuList = [...skus];
  const idList = [...ids];
  const productRefs = skuList.map((sku) => ({ __typename: 'Product', sku }));
  const [described, stocked, named] = await Promise.all([
    ask<Entities<Product>>('products', DESCRIBED, productRefs),
    ask<Entities<Product>>('inventory', STOCKED, productRefs),
    ask<Entities<User>>(
      'users',
      NAMED_USER,
      idList.map((id) => ({ __typename: 'User', id })),
    ),
  ]);
  const parcels = described._entities.map(({ cents, grams }, index) => ({
    __typename: 'Product',
    sku: skuList[index],
    cents,
    grams,
  }));
  const sent = await ask<Entities<Product>>('inventory', SENT, parcels);
  const products = new Map(
    skuList.map((sku, index) => {
      const { title, cents, grams } = described._entities[index] ?? {};
      const inStock = stocked._entities[index]?.inStock;
      return [sku, { sku, title, cents, grams, inStock, postage: sent._entities[index]?.postage }];
    }),
  );
  const people = new Map(
    idList.map((id, index) => {
      const { handle, fullName } = named._entities[index] ?? {};
      return [id, { id, handle, fullName }];
    }),
  );
  const shaped = (reviews: readonly Review[] | undefined): unknown =>
    reviews?.map(({ id, text, stars, author, product }) => {
      const review = { id, text, stars };
      if (author !== undefined)
        return { ...review, author: { ...people.get(author.id), reviews: shaped(author.reviews) } };
      if (product?.reviews === undefined) return { ...review, product: products.get(product?.sku ?? '') };
      return { ...review, product: { ...products.get(product.sku), reviews: shaped(product.reviews) } };
    });
  return {
    users: users.map(({ id, handle, fullName }, index) => ({
      id,
      handle,
      fullName,
      reviews: shaped(ofUsers._entities[index]?.reviews),
    })),
    topProducts: topProducts.map(({ sku, title, cents, grams }, index) => {
      const { inStock, postage } = topStock._entities[index] ?? {};
      const reviews = shaped(ofProducts._entities[index]?.reviews);
      return { sku, title, cents, grams, inStock, postage, reviews };
    }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

await runChild<HandWrittenSettings>(async ({ subgraphsUrl }) => {
  const pool = new Pool(subgraphsUrl, { connections: 4 * CONNECTIONS });
  const askAs =
    (authorization: string): Ask =>
    async (name, query, representations) => {
      const { body } = await pool.request({
        path: `/${name}`,
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({
          query,
          variables: representations === undefined ? {} : { representations },
        }),
      });
      // the caller names what it asked for
      return ((await body.json()) as { data: never }).data;
    };
  const server = createServer((request, response) => {
    const answer = async () => {
      const { operationName } = JSON.parse(await bodyOf(request));
      const ask = askAs(request.headers.authorization ?? '');
      const data = await (operationName === 'Deep' ? deep(ask) : ask<object>('products', SMALL));
      const bytes = Buffer.from(JSON.stringify({ data }));
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length })
        .end(bytes);
    };
    answer().catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port, not on a path
  return {
    ready: { url: `http://127.0.0.1:${port}/` } satisfies UrlReady,
  };
});
