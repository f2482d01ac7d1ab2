// TMF622 product orders: how each product came to be, and what becomes of an order that a client places.
import { offeringOf } from '../catalogue/offerings.ts';
import { isRecord, type Row } from '../server/row.ts';
import { type Effect, type Look, READ_WRITE, type Step, type Table } from '../server/table.ts';
import { iso } from '../world/calendar.ts';
import { agreementId, type CustomerModel, productId, type ServiceModel } from '../world/customer-model.ts';
import type { World } from '../world/world.ts';
import { customerParty, customerTable, NOBODYS, reference } from './customer-table.ts';

/** Work on an order is not at once: a client meets all three states. */
const WORK_MS = { begun: 5_000, done: 20_000 };
const FINAL = ['completed', 'cancelled', 'rejected', 'failed', 'partial'];

type Item = Readonly<Record<string, unknown>>;

function orderRow(world: World, customer: CustomerModel, service: ServiceModel): Row {
  const id = `ord-${service.key}`;
  const isDone = service.state !== 'designed';
  const state = isDone ? 'completed' : 'inProgress';
  const offering = offeringOf(service.offeringId);
  const account = customer.accounts.find((each) => each.id === service.accountId);
  const billingAccount = reference('BillingAccount', service.accountId, account?.name);
  return {
    id,
    href: world.href('productOrder', id),
    externalId: `ext-${id}`,
    category: customer.segment,
    description: `${offering.name} for ${customer.name}`,
    priority: '4',
    state,
    orderDate: `${service.startedOn}T09:00:00.000Z`,
    requestedStartDate: `${service.startedOn}T09:00:00.000Z`,
    expectedCompletionDate: `${service.startedOn}T12:00:00.000Z`,
    ...(isDone ? { completionDate: `${service.startedOn}T12:00:00.000Z` } : {}),
    agreement: [reference('Agreement', agreementId(customer), `Agreement with ${customer.name}`)],
    billingAccount,
    channel: [{ ...reference('Channel', 'shop', 'Shop'), role: 'order' }],
    productOrderItem: [
      {
        id: '1',
        action: 'add',
        quantity: 1,
        state,
        billingAccount,
        productOffering: reference('ProductOffering', offering.id, offering.name),
        product: { ...reference('Product', productId(service), service.name), isBundle: false },
        '@type': 'ProductOrderItem',
      },
    ],
    relatedParty: [customerParty(customer)],
    '@type': 'ProductOrder',
  };
}

function itemsOf(row: Readonly<Record<string, unknown>>): Item[] {
  return Array.isArray(row.productOrderItem) ? row.productOrderItem.filter(isRecord) : [];
}

function inState(row: Row, state: string, more: Item = {}): Item {
  return { state, ...more, productOrderItem: itemsOf(row).map((item) => ({ ...item, state })) };
}

/** An order whose items name neither offering nor product waits for somebody to say what is wanted. */
function work(world: World, row: Row): readonly Step[] {
  const isClear = itemsOf(row).every(({ productOffering, product }) => productOffering ?? product);
  if (!isClear) return [];
  return [
    { afterMs: WORK_MS.begun, change: (order) => inState(order, 'inProgress') },
    {
      afterMs: WORK_MS.done,
      change: (order) => inState(order, 'completed', { completionDate: iso(world.now()) }),
    },
  ];
}

function newProduct(world: World, order: Row, item: Item): Effect {
  const wanted = isRecord(item.product) ? item.product : {};
  const id = `prd-${order.id}-${item.id}`;
  const offering = isRecord(item.productOffering) ? item.productOffering : wanted.productOffering;
  return {
    resource: 'product',
    id,
    isNew: true,
    change: {
      status: 'active',
      startDate: iso(world.now()),
      orderDate: order.orderDate,
      relatedParty: order.relatedParty,
      billingAccount: item.billingAccount ?? order.billingAccount,
      ...(isRecord(offering) ? { productOffering: offering, name: offering.name } : {}),
      ...wanted,
      id,
      productOrderItem: [{ productOrderId: order.id, orderItemId: item.id, orderItemAction: 'add' }],
    },
  };
}

/** What a completed order does to the product inventory. */
function fulfilment(world: World, order: Row, before: Row | undefined): readonly Effect[] {
  if (order.state !== 'completed' || before?.state === 'completed') return [];
  return itemsOf(order).flatMap((item) => {
    if (item.action === 'add') return [newProduct(world, order, item)];
    if (!isRecord(item.product) || item.product.id === undefined || item.action === 'noChange') return [];
    const { id, href, '@referredType': _, ...wanted } = item.product;
    const change =
      item.action === 'delete' ? { status: 'terminated', terminationDate: iso(world.now()) } : wanted;
    return [{ resource: 'product', id: String(id), change }];
  });
}

function cancelled(world: World, task: Row): readonly Effect[] {
  if (task.state !== 'done' || !isRecord(task.productOrder)) return [];
  const change = {
    state: 'cancelled',
    cancellationDate: iso(world.now()),
    ...(task.cancellationReason === undefined ? {} : { cancellationReason: task.cancellationReason }),
  };
  return [{ resource: 'productOrder', id: String(task.productOrder.id), change }];
}

function cancellation(world: World, body: Item, look: Look): Record<string, unknown> {
  const order = isRecord(body.productOrder) ? look('productOrder', body.productOrder.id) : undefined;
  return order === undefined || FINAL.includes(String(order.state))
    ? { state: 'terminatedWithError' }
    : { state: 'done', effectiveCancellationDate: iso(world.now()) };
}

export function orderTables(world: World): Table[] {
  return [
    customerTable(world, {
      resource: 'productOrder',
      type: 'ProductOrder',
      linked: [
        'relatedParty.id',
        'billingAccount.id',
        'agreement.id',
        'productOrderItem.product.id',
        'productOrderItem.billingAccount.id',
      ],
      perSubscriber: 1,
      mandatory: ['productOrderItem'],
      stateAttribute: 'state',
      created: (body) => ({
        ...inState({ ...body, id: '' }, 'acknowledged'),
        orderDate: iso(world.now()),
        expectedCompletionDate: iso(world.now() + WORK_MS.done),
      }),
      steps: (row) => work(world, row),
      effects: (after, before) => fulfilment(world, after, before),
      rows: (customer) => customer.services.map((service) => orderRow(world, customer, service)),
    }),
    {
      ...NOBODYS,
      resource: 'cancelProductOrder',
      type: 'CancelProductOrder',
      allows: { ...READ_WRITE, patch: false, remove: false },
      mandatory: ['productOrder'],
      stateAttribute: 'state',
      keptCreated: 1_000,
      created: (body, look) => cancellation(world, body, look),
      effects: (task) => cancelled(world, task),
    },
  ];
}
