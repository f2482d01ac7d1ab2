// The shop's four subgraphs as SDL with our annotations, composed as ours are: one supergraph for every gateway.
import { compose } from '../../../schema/compose.ts';
import { readContract } from '../../../schema/contract.ts';

const USERS = `
type Query {
  me: User
  users: [User]
}
type User @key(fields: "id") @access(function: PRODUCT_VIEW) @owner(unowned: true) @cacheControl(maxAge: 10, scope: PRIVATE) {
  id: ID!
  handle: String
  fullName: String
  joinedOn: String
}`;

const PRODUCTS = `
type Query {
  topProducts(first: Int = 5): [Product]
}
type Product @key(fields: "sku") @access(function: PRODUCT_VIEW) @owner(unowned: true) @cacheControl(maxAge: 10, scope: PRIVATE) {
  sku: String!
  title: String
  cents: Int
  grams: Int
}`;

const INVENTORY = `
type Product @key(fields: "sku") {
  sku: String!
  cents: Int @external
  grams: Int @external
  inStock: Boolean
  postage: Int @requires(fields: "cents grams")
}`;

const REVIEWS = `
type Review @key(fields: "id") @access(function: PRODUCT_VIEW) @owner(unowned: true) @cacheControl(maxAge: 10, scope: PRIVATE) {
  id: ID!
  text: String
  stars: Int
  author: User
  product: Product
}
type User @key(fields: "id") {
  id: ID!
  reviews: [Review]
}
type Product @key(fields: "sku") {
  sku: String!
  reviews: [Review]
}`;

export const SHOP = { users: USERS, products: PRODUCTS, inventory: INVENTORY, reviews: REVIEWS } as const;

const contract = readContract(Object.entries(SHOP).map(([name, sdl]) => ({ name, sdl })));

/** What each subgraph's own server is built from. */
export const shopSheets = contract.subgraphs;

/** `url`: where the subgraphs answer, each below its name. */
export function shopSupergraph(url: string): string {
  const { supergraphSdl, faults } = compose(contract);
  if (supergraphSdl === undefined) throw new Error(faults.join('\n'));
  return supergraphSdl.replaceAll(/http:\/\/([a-z]+)\.subgraph\.invalid\//g, `${url}/$1`);
}

const REVIEW = 'id text stars';
const PRODUCT = 'sku title cents grams inStock postage';
const USER = 'id handle fullName';

/** Every subgraph, several times: users and products by their reviews and each other, six lists deep. */
const DEEP = `query Deep {
  users {
    ${USER}
    reviews { ${REVIEW} product { ${PRODUCT} reviews { ${REVIEW} author { ${USER} reviews { ${REVIEW} product { ${PRODUCT} } } } } } }
  }
  topProducts {
    ${PRODUCT}
    reviews { ${REVIEW} author { ${USER} reviews { ${REVIEW} product { ${PRODUCT} } } } }
  }
}`;

const SMALL = 'query Small { topProducts(first: 3) { sku title cents } }';

export const SHOP_QUERIES: Readonly<Record<'Deep' | 'Small', string>> = { Deep: DEEP, Small: SMALL };
