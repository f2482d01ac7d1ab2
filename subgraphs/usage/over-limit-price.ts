// What going on costs when an allowance is used up: the usage price of the product it came with, or of its offering.
import type { SubgraphContext } from '../context.ts';
import { entityOf, type Item } from '../item.ts';
import { reads } from '../projection.ts';
import { all, asList, asMoney, asNumber, asText, at, type Money } from '../tmf/read.ts';
import { type Quantity, word } from './allowance.ts';

interface UsagePrice {
  readonly name: string | null;
  readonly taxExcluded: Money | null;
  readonly taxIncluded: Money | null;
  readonly per: Quantity | null;
}

// what is read of each here
const OF_PRODUCT = reads('Allowance.overLimitPrice', 'Product', ['productOffering', 'productPrice']);
const OF_OFFERING = ['productOfferingPrice'];
const OF_PRICE = ['name', 'priceType', 'price', 'unitOfMeasure'];

function perUnit(unit: unknown): Quantity | null {
  const text = asText(unit) ?? asText(at(unit, 'units'));
  return text === undefined ? null : { amount: asNumber(at(unit, 'amount')) ?? 1, unit: text };
}

/** As TMF637 writes it (a product's own price) and as TMF620 does (the offering's). */
function usagePrice(raw: unknown): UsagePrice | undefined {
  if (word(at(raw, 'priceType')) !== 'usage') return undefined;
  const taxExcluded = asMoney(at(raw, 'price.dutyFreeAmount')) ?? asMoney(at(raw, 'price'));
  const taxIncluded = asMoney(at(raw, 'price.taxIncludedAmount'));
  if (taxExcluded === undefined && taxIncluded === undefined) return undefined;
  return {
    name: asText(at(raw, 'name')) ?? null,
    taxExcluded: taxExcluded ?? null,
    taxIncluded: taxIncluded ?? null,
    per: perUnit(at(raw, 'unitOfMeasure')),
  };
}

async function offered(product: Item, { objects }: SubgraphContext): Promise<readonly UsagePrice[]> {
  const id = asText(at(product.raw, 'productOffering.id'));
  if (id === undefined || !objects.serves('ProductOffering', product.provider)) return [];
  const attributes = objects.attributes('ProductOffering', OF_OFFERING);
  const offering = await objects.load('ProductOffering', product.provider, id, attributes);
  const ofPrice = objects.attributes('ProductOfferingPrice', OF_PRICE);
  const prices = await Promise.all(
    all(offering?.raw, 'productOfferingPrice.id')
      .flatMap((each) => asText(each) ?? [])
      .map((each) => objects.load('ProductOfferingPrice', product.provider, each, ofPrice)),
  );
  return prices.flatMap((price) => usagePrice(price?.raw) ?? []);
}

/** Null where no price says: nothing is guessed from another unit's. */
export async function overLimitPrice(allowance: Item, context: SubgraphContext): Promise<UsagePrice | null> {
  const { objects } = context;
  const { raw, provider } = allowance;
  const unit =
    asText(at(raw, 'remainingValue.units')) ?? asText(at(raw, 'limit.unit')) ?? asText(at(raw, 'used.unit'));
  const [productId] = all(raw, 'product.id').flatMap((id) => asText(id) ?? []);
  if (unit === undefined || productId === undefined || !objects.serves('Product', provider)) return null;
  const product = await objects.load(
    'Product',
    provider,
    productId,
    objects.attributes('Product', OF_PRODUCT),
  );
  if (product === undefined) return null;
  // the charging system names the product; the inventory says whether it is the same customer's
  const [owner, mine] = await Promise.all([objects.position(product), objects.position(entityOf(allowance))]);
  if (!owner.customers.some((customer) => mine.customers.includes(customer))) return null;
  const fits = ({ per }: UsagePrice) => per !== null && word(per.unit) === word(unit);
  const agreed = asList(product.raw.productPrice).flatMap((price) => usagePrice(price) ?? []);
  return agreed.find(fits) ?? (await offered(product, context)).find(fits) ?? null;
}
