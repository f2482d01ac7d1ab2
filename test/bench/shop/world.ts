// The shop's data and resolvers: a few users, products and reviews, always the same.

interface User {
  readonly id: string;
  readonly handle: string;
  readonly fullName: string;
  readonly joinedOn: string;
}
interface Product {
  readonly sku: string;
  readonly title: string;
  readonly cents: number;
  readonly grams: number;
}
interface Review {
  readonly id: string;
  readonly text: string;
  readonly stars: number;
  readonly by: string;
  readonly of: string;
}

const USER_COUNT = 6;
const PRODUCT_COUNT = 9;
const REVIEW_COUNT = 23;

const users: readonly User[] = Array.from({ length: USER_COUNT }, (_, index) => ({
  id: `u${index + 1}`,
  handle: `reader${index + 1}`,
  fullName: `Reader Number ${index + 1}`,
  joinedOn: `2024-0${index + 1}-15`,
}));

const products: readonly Product[] = Array.from({ length: PRODUCT_COUNT }, (_, index) => ({
  sku: `p${index + 1}`,
  title: `Shelf, model ${index + 1}`,
  cents: 1900 + 950 * index,
  grams: 400 + 310 * index,
}));

/** Every user and every product of the first ones has some, so that the lists below one another multiply. */
const reviews: readonly Review[] = Array.from({ length: REVIEW_COUNT }, (_, index) => ({
  id: `r${index + 1}`,
  text: `It holds what it says, and shelf number ${index + 1} says a lot.`,
  stars: (index % 5) + 1,
  by: `u${(index % USER_COUNT) + 1}`,
  of: `p${((index * 5) % 7) + 1}`,
}));

const ref = (typename: string) => (entity: object) => ({ __typename: typename, ...entity });

type Resolvers = Readonly<Record<string, Readonly<Record<string, (parent: never, args: never) => unknown>>>>;

/** Heavy parcels of cheap goods cost more to send. */
const postage = ({ cents, grams }: { cents: number; grams: number }): number =>
  cents > 5000 ? 0 : Math.round(grams / 2);

export const SHOP_RESOLVERS: Readonly<Record<string, Resolvers>> = {
  users: {
    Query: { me: () => users[0], users: () => users },
    User: { __resolveReference: ({ id }: { id: string }) => users.find((each) => each.id === id) },
  },
  products: {
    Query: { topProducts: (_: never, { first }: { first: number }) => products.slice(0, first) },
    Product: { __resolveReference: ({ sku }: { sku: string }) => products.find((each) => each.sku === sku) },
  },
  inventory: {
    Product: {
      __resolveReference: ref('Product'),
      inStock: ({ sku }: { sku: string }) => !sku.endsWith('4'),
      postage,
    },
  },
  reviews: {
    Review: {
      __resolveReference: ({ id }: { id: string }) => reviews.find((each) => each.id === id),
      author: ({ by }: Review) => ({ id: by }),
      product: ({ of }: Review) => ({ sku: of }),
    },
    User: {
      __resolveReference: ref('User'),
      reviews: ({ id }: { id: string }) => reviews.filter(({ by }) => by === id),
    },
    Product: {
      __resolveReference: ref('Product'),
      reviews: ({ sku }: { sku: string }) => reviews.filter(({ of }) => of === sku),
    },
  },
};
